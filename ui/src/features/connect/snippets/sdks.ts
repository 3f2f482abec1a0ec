import type { Snippet, SnippetContext } from '@/features/connect/clients';

function keyVariable(credential: SnippetContext['credential'], providerVariable: string): string {
  return credential === 'archestra' ? 'ARCHESTRA_API_KEY' : providerVariable;
}

function openai({ baseUrl, credential, model }: SnippetContext): Snippet[] {
  const key = keyVariable(credential, 'OPENAI_API_KEY');
  const python = `import os

from openai import OpenAI

client = OpenAI(
    base_url="${baseUrl}",
    api_key=os.environ["${key}"],
)

completion = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Say hello."}],
)
print(completion.choices[0].message.content)`;
  const javascript = `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: '${baseUrl}',
  apiKey: process.env.${key},
});

const completion = await client.chat.completions.create({
  model: '${model}',
  messages: [{ role: 'user', content: 'Say hello.' }],
});
console.log(completion.choices[0].message.content);`;
  return [pythonSnippet('pip install openai', python), javascriptSnippet('npm install openai', javascript)];
}

function anthropic({ baseUrl, credential, model }: SnippetContext): Snippet[] {
  const own = credential === 'archestra';
  const key = keyVariable(credential, 'ANTHROPIC_API_KEY');
  const python = `import os

from anthropic import Anthropic

client = Anthropic(
    base_url="${baseUrl}",
    ${own ? 'auth_token' : 'api_key'}=os.environ["${key}"],
)

message = client.messages.create(
    model="${model}",
    max_tokens=256,
    messages=[{"role": "user", "content": "Say hello."}],
)
print(message.content[0].text)`;
  const javascript = `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({
  baseURL: '${baseUrl}',
  ${own ? 'authToken' : 'apiKey'}: process.env.${key},
});

const message = await client.messages.create({
  model: '${model}',
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Say hello.' }],
});
console.log(message.content[0].text);`;
  return [
    pythonSnippet('pip install anthropic', python),
    javascriptSnippet('npm install @anthropic-ai/sdk', javascript),
  ];
}

function googleGenAi({ baseUrl, credential, model }: SnippetContext): Snippet[] {
  const key = keyVariable(credential, 'GEMINI_API_KEY');
  const python = `import os

from google import genai
from google.genai import types

client = genai.Client(
    api_key=os.environ["${key}"],
    http_options=types.HttpOptions(base_url="${baseUrl}"),
)

response = client.models.generate_content(
    model="${model}",
    contents="Say hello.",
)
print(response.text)`;
  const javascript = `import { GoogleGenAI } from '@google/genai';

const client = new GoogleGenAI({
  apiKey: process.env.${key},
  httpOptions: { baseUrl: '${baseUrl}' },
});

const response = await client.models.generateContent({
  model: '${model}',
  contents: 'Say hello.',
});
console.log(response.text);`;
  return [
    pythonSnippet('pip install google-genai', python),
    javascriptSnippet('npm install @google/genai', javascript),
  ];
}

function pythonSnippet(install: string, code: string): Snippet {
  return { label: 'Python', caption: install, code };
}

function javascriptSnippet(install: string, code: string): Snippet {
  return { label: 'JavaScript', caption: install, code };
}

export const sdkSnippets = { openai, anthropic, googleGenAi };
