/** OpenAI chat completions: `messages` in, `choices` out. */
import { imageFromUrl } from '@/features/interactions/conversation/image';
import {
  errorText,
  type JsonObject,
  list,
  object,
  parsed,
  settingsOf,
  string,
} from '@/features/interactions/conversation/json';
import type { Conversation, Message, Part, Role, ToolOffer } from '@/features/interactions/conversation/model';

const SETTINGS = [
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'reasoning_effort',
  'tool_choice',
  'response_format',
  'n',
  'seed',
  'stop',
  'service_tier',
];

export function readOpenAiChat(request: unknown, response: unknown): Conversation {
  const asked = object(request);
  const choices = list(object(response)['choices']).map(object);
  return {
    messages: list(asked['messages']).map((message) => readMessage(object(message))),
    answers: choices.map((choice) => readMessage({ role: 'assistant', ...object(choice['message']) })),
    tools: list(asked['tools']).map((tool) => readTool(object(tool))),
    settings: settingsOf(asked, SETTINGS),
    stopReason: string(choices[0]?.['finish_reason']),
    error: errorText(response),
  };
}

function readMessage(message: JsonObject): Message {
  const role = readRole(message['role']);
  const parts: Part[] = [];
  const thinking = string(message['reasoning_content']) ?? string(message['reasoning']);
  if (thinking) parts.push({ kind: 'thinking', text: thinking, hidden: false });
  const content = readContent(message['content']);
  if (role === 'tool') {
    parts.push({
      kind: 'tool_result',
      id: string(message['tool_call_id']),
      name: string(message['name']),
      parts: content,
      isError: false,
    });
  } else {
    parts.push(...content);
  }
  const refusal = string(message['refusal']);
  if (refusal) parts.push({ kind: 'refusal', text: refusal });
  for (const call of list(message['tool_calls'])) parts.push(readToolCall(object(call)));
  const oldCall = object(message['function_call']);
  if (string(oldCall['name'])) parts.push(readToolCall({ function: oldCall }));
  return { role, parts };
}

function readRole(role: unknown): Role {
  if (role === 'system' || role === 'developer') return 'system';
  if (role === 'assistant') return 'assistant';
  return role === 'tool' || role === 'function' ? 'tool' : 'user';
}

function readContent(content: unknown): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  return list(content).map((each): Part => {
    const part = object(each);
    switch (part['type']) {
      case 'text':
        return { kind: 'text', text: string(part['text']) ?? '' };
      case 'refusal':
        return { kind: 'refusal', text: string(part['refusal']) ?? '' };
      case 'image_url':
        return imageFromUrl(string(object(part['image_url'])['url']) ?? string(part['image_url']));
      case 'input_audio':
        return { kind: 'file', name: 'Audio', note: string(object(part['input_audio'])['format']) ?? '' };
      case 'file':
        return {
          kind: 'file',
          name: string(object(part['file'])['filename']) ?? 'File',
          note: string(object(part['file'])['file_id']) ?? '',
        };
      default:
        return { kind: 'other', label: string(part['type']) ?? 'part', value: each };
    }
  });
}

function readToolCall(call: JsonObject): Part {
  const called = object(call['function'] ?? call['custom']);
  return {
    kind: 'tool_call',
    id: string(call['id']),
    name: string(called['name']) ?? 'tool',
    input: parsed(called['arguments'] ?? called['input']),
  };
}

function readTool(tool: JsonObject): ToolOffer {
  const offered = object(tool['function'] ?? tool['custom'] ?? tool);
  return {
    name: string(offered['name']) ?? string(tool['type']) ?? 'tool',
    description: string(offered['description']),
    schema: offered['parameters'] ?? null,
  };
}
