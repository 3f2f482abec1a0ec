import { describe, expect, it } from 'vitest';
import type { Part } from '@/features/interactions/conversation/model';
import { readConversation } from '@/features/interactions/conversation/read';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

function kinds(parts: Part[] | undefined): string[] {
  return parts?.map((part) => part.kind) ?? [];
}

describe('OpenAI chat completions', () => {
  const request = {
    model: 'gpt-x',
    temperature: 0.2,
    messages: [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":"it"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'a red dot' },
    ],
    tools: [{ type: 'function', function: { name: 'look', description: 'Looks', parameters: { type: 'object' } } }],
  };
  const response = { choices: [{ message: { role: 'assistant', content: 'A dot.' }, finish_reason: 'stop' }] };
  const read = readConversation('openai:chatCompletions', request, response);

  it('tells who spoke, the developer as the system', () => {
    expect(read?.messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'tool']);
  });

  it('parses the arguments of a tool call', () => {
    expect(read?.messages[2]?.parts[0]).toEqual({ kind: 'tool_call', id: 'c1', name: 'look', input: { at: 'it' } });
  });

  it('shows a picture that came inside the call', () => {
    expect(read?.messages[1]?.parts[1]).toMatchObject({ kind: 'image', source: `data:image/png;base64,${PIXEL}` });
  });

  it('reads the answer, why it ended, the tools and the settings', () => {
    expect(read?.answers).toEqual([{ role: 'assistant', parts: [{ kind: 'text', text: 'A dot.' }] }]);
    expect(read?.stopReason).toBe('stop');
    expect(read?.tools[0]).toMatchObject({ name: 'look', description: 'Looks' });
    expect(read?.settings).toEqual([['temperature', '0.2']]);
  });

  it('keeps broken arguments as they came', () => {
    const cut = readConversation(
      'openai:chatCompletions',
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'x', function: { name: 'f', arguments: '{"a":' } }] }] },
      null,
    );
    expect(cut?.messages[0]?.parts[0]).toMatchObject({ input: '{"a":' });
  });

  it('names a picture at an address but never loads it', () => {
    const far = readConversation(
      'openai:chatCompletions',
      {
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] }],
      },
      null,
    );
    expect(far?.messages[0]?.parts[0]).toEqual({ kind: 'image', source: null, note: 'https://example.com/a.png' });
  });
});

describe('OpenAI responses', () => {
  const request = {
    instructions: 'You are Codex.',
    input: [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'list files' }] },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'I should look.' }], encrypted_content: 'xyz' },
      { type: 'function_call', call_id: 'c1', name: 'shell', arguments: '{"command":["ls"]}' },
      { type: 'function_call_output', call_id: 'c1', output: 'a.txt' },
    ],
  };
  const response = {
    status: 'completed',
    output: [
      { type: 'reasoning', summary: [], encrypted_content: 'zzz' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'One file.' }] },
    ],
  };
  const read = readConversation('openai:responses', request, response);

  it('joins the items of one turn into one message', () => {
    expect(read?.messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'tool']);
    expect(kinds(read?.messages[2]?.parts)).toEqual(['thinking', 'tool_call']);
  });

  it('marks encrypted reasoning as hidden', () => {
    expect(read?.answers[0]?.parts).toEqual([
      { kind: 'thinking', text: '', hidden: true },
      { kind: 'text', text: 'One file.' },
    ]);
  });

  it('takes a plain text as the user’s words', () => {
    expect(readConversation('openai:responses', { input: 'hi' }, null)?.messages).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: 'hi' }] },
    ]);
  });

  it('shows a built-in call with what it carries', () => {
    const search = readConversation(
      'openai:responses',
      { input: 'hi' },
      { output: [{ type: 'web_search_call', id: 'w', status: 'completed', action: { query: 'rust' } }] },
    );
    expect(search?.answers[0]?.parts[0]).toMatchObject({
      kind: 'tool_call',
      name: 'web_search',
      input: { action: { query: 'rust' } },
    });
  });
});

describe('Anthropic messages', () => {
  const request = {
    system: [{ type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral' } }],
    max_tokens: 1024,
    messages: [
      { role: 'user', content: 'hello' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 's' },
          { type: 'tool_use', id: 't1', name: 'Read', input: { path: 'a' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', is_error: true, content: [{ type: 'text', text: 'no such file' }] },
        ],
      },
    ],
    tools: [{ name: 'Read', description: 'Reads', input_schema: {} }],
  };
  const response = {
    content: [
      { type: 'redacted_thinking', data: 'x' },
      { type: 'text', text: 'Sorry.' },
    ],
    stop_reason: 'end_turn',
  };
  const read = readConversation('anthropic:messages', request, response);

  it('shows tool results as the tool’s, not the user’s', () => {
    expect(read?.messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'tool']);
    expect(read?.messages[3]?.parts[0]).toMatchObject({
      kind: 'tool_result',
      isError: true,
      parts: [{ kind: 'text', text: 'no such file' }],
    });
  });

  it('keeps thinking apart and says when it is hidden', () => {
    expect(read?.messages[2]?.parts[0]).toEqual({ kind: 'thinking', text: 'Hm.', hidden: false });
    expect(read?.answers[0]?.parts[0]).toEqual({ kind: 'thinking', text: '', hidden: true });
  });

  it('reads an error body', () => {
    const failed = readConversation('anthropic:messages', request, {
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
    });
    expect(failed?.error).toBe('overloaded_error: Overloaded');
    expect(failed?.answers).toEqual([]);
  });
});

describe('Gemini generateContent', () => {
  const request = {
    systemInstruction: { parts: [{ text: 'Short.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'weather?' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }] },
      {
        role: 'model',
        parts: [{ text: 'Let me see', thought: true }, { functionCall: { name: 'weather', args: { city: 'Oslo' } } }],
      },
      { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { degrees: 3 } } }] },
    ],
    tools: [{ functionDeclarations: [{ name: 'weather', description: 'Says it' }] }, { googleSearch: {} }],
    generationConfig: { temperature: 0, maxOutputTokens: 64 },
  };
  const response = {
    candidates: [{ content: { role: 'model', parts: [{ text: '3 degrees' }] }, finishReason: 'STOP' }],
  };
  const read = readConversation('gemini:generateContent', request, response);

  it('tells who spoke', () => {
    expect(read?.messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'tool']);
  });

  it('reads thoughts, calls, results and pictures', () => {
    expect(kinds(read?.messages[1]?.parts)).toEqual(['text', 'image']);
    expect(kinds(read?.messages[2]?.parts)).toEqual(['thinking', 'tool_call']);
    expect(read?.messages[3]?.parts[0]).toMatchObject({ name: 'weather', parts: [{ value: { degrees: 3 } }] });
  });

  it('lists declared and built-in tools', () => {
    expect(read?.tools.map((tool) => tool.name)).toEqual(['weather', 'googleSearch']);
  });

  it('says why a prompt was blocked', () => {
    expect(
      readConversation('gemini:generateContent', request, { promptFeedback: { blockReason: 'SAFETY' } })?.stopReason,
    ).toBe('SAFETY');
  });
});

describe('anything else', () => {
  it('is no conversation when the type is not known', () => {
    expect(readConversation('openai:models', null, { data: [] })).toBeNull();
  });

  it.each([
    'openai:chatCompletions',
    'openai:responses',
    'openai:embeddings',
    'anthropic:messages',
    'gemini:generateContent',
  ])('survives nonsense in %s', (type) => {
    for (const nonsense of [
      null,
      7,
      'text',
      [],
      [null],
      {
        messages: 3,
        input: {},
        contents: [1],
        choices: [null],
        output: ['x'],
        content: [null],
        candidates: {},
        data: 1,
      },
    ]) {
      expect(() => readConversation(type, nonsense, nonsense)).not.toThrow();
    }
  });
});
