/** OpenAI responses: `instructions` and `input` items in, `output` items out. */
import { imageFromBase64, imageFromUrl } from '@/features/interactions/conversation/image';
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
  'max_output_tokens',
  'reasoning',
  'text',
  'tool_choice',
  'parallel_tool_calls',
  'store',
  'previous_response_id',
  'service_tier',
];

export function readOpenAiResponses(request: unknown, response: unknown): Conversation {
  const asked = object(request);
  const answered = object(response);
  const messages: Message[] = [];
  const instructions = string(asked['instructions']);
  if (instructions) messages.push({ role: 'system', parts: [{ kind: 'text', text: instructions }] });
  const input = asked['input'];
  if (typeof input === 'string') messages.push({ role: 'user', parts: [{ kind: 'text', text: input }] });
  else messages.push(...joinItems(list(input)));
  const incomplete = string(object(answered['incomplete_details'])['reason']);
  return {
    messages,
    answers: joinItems(list(answered['output'])),
    tools: list(asked['tools']).map((tool) => readTool(object(tool))),
    settings: settingsOf(asked, SETTINGS),
    stopReason: incomplete ?? string(answered['status']),
    error: errorText(response),
  };
}

/** Reasoning, calls and words of one turn are items of their own; they read better as one message. */
function joinItems(items: unknown[]): Message[] {
  const messages: Message[] = [];
  for (const item of items) {
    const message = readItem(object(item));
    const last = messages.at(-1);
    if (last?.role === 'assistant' && message.role === 'assistant') last.parts.push(...message.parts);
    else messages.push(message);
  }
  return messages;
}

function readItem(item: JsonObject): Message {
  const type = string(item['type']) ?? 'message';
  if (type === 'message') return { role: readRole(item['role']), parts: readContent(item['content']) };
  if (type === 'reasoning') return { role: 'assistant', parts: [readReasoning(item)] };
  if (type === 'image_generation_call')
    return { role: 'assistant', parts: [imageFromBase64('image/png', string(item['result']))] };
  if (type.endsWith('_output')) {
    const parts = readContent(item['output']);
    return {
      role: 'tool',
      parts: [
        {
          kind: 'tool_result',
          id: string(item['call_id']),
          name: null,
          parts,
          isError: item['status'] === 'incomplete',
        },
      ],
    };
  }
  if (type.endsWith('_call') || type === 'function_call') {
    const { type: _type, id: _id, call_id: callId, name, arguments: args, input, status: _status, ...rest } = item;
    return {
      role: 'assistant',
      parts: [
        {
          kind: 'tool_call',
          id: string(callId),
          name: string(name) ?? type.replace(/_call$/, ''),
          input: parsed(args ?? input ?? rest),
        },
      ],
    };
  }
  return { role: 'assistant', parts: [{ kind: 'other', label: type, value: item }] };
}

function readReasoning(item: JsonObject): Part {
  const texts = [...list(item['summary']), ...list(item['content'])]
    .map((part) => string(object(part)['text']))
    .filter((text) => text !== null);
  return { kind: 'thinking', text: texts.join('\n\n'), hidden: texts.length === 0 };
}

function readRole(role: unknown): Role {
  if (role === 'system' || role === 'developer') return 'system';
  return role === 'assistant' ? 'assistant' : 'user';
}

function readContent(content: unknown): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  return list(content).map((each): Part => {
    const part = object(each);
    switch (part['type']) {
      case 'input_text':
      case 'output_text':
      case 'text':
        return { kind: 'text', text: string(part['text']) ?? '' };
      case 'refusal':
        return { kind: 'refusal', text: string(part['refusal']) ?? '' };
      case 'input_image':
        return imageFromUrl(string(part['image_url']) ?? string(part['file_id']));
      case 'input_file':
        return {
          kind: 'file',
          name: string(part['filename']) ?? 'File',
          note: string(part['file_id']) ?? string(part['file_url']) ?? '',
        };
      default:
        return { kind: 'other', label: string(part['type']) ?? 'part', value: each };
    }
  });
}

function readTool(tool: JsonObject): ToolOffer {
  return {
    name: string(tool['name']) ?? string(tool['type']) ?? 'tool',
    description: string(tool['description']),
    schema: tool['parameters'] ?? null,
  };
}
