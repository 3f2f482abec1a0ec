/** Anthropic messages: `system` and `messages` of content blocks in, `content` blocks out. */
import { imageFromBase64 } from '@/features/interactions/conversation/image';
import {
  errorText,
  type JsonObject,
  list,
  object,
  settingsOf,
  string,
} from '@/features/interactions/conversation/json';
import type { Conversation, Message, Part, ToolOffer } from '@/features/interactions/conversation/model';

const SETTINGS = [
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'tool_choice',
  'stop_sequences',
  'output_config',
  'service_tier',
  'context_management',
];

export function readAnthropicMessages(request: unknown, response: unknown): Conversation {
  const asked = object(request);
  const answered = object(response);
  const system = readContent(asked['system']);
  const messages = list(asked['messages']).map((message) => readMessage(object(message)));
  const content = readContent(answered['content']);
  return {
    messages: system.length > 0 ? [{ role: 'system', parts: system }, ...messages] : messages,
    answers: content.length > 0 ? [{ role: 'assistant', parts: content }] : [],
    tools: list(asked['tools']).map((tool) => readTool(object(tool))),
    settings: settingsOf(asked, SETTINGS),
    stopReason: string(answered['stop_reason']),
    error: errorText(response),
  };
}

function readMessage(message: JsonObject): Message {
  const parts = readContent(message['content']);
  if (message['role'] === 'assistant') return { role: 'assistant', parts };
  // Tool results travel as a user's message; the log tells who really spoke.
  const onlyResults = parts.length > 0 && parts.every((part) => part.kind === 'tool_result');
  return { role: onlyResults ? 'tool' : message['role'] === 'system' ? 'system' : 'user', parts };
}

function readContent(content: unknown): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  return list(content).map((block) => readBlock(object(block)));
}

function readBlock(block: JsonObject): Part {
  const type = string(block['type']) ?? 'block';
  switch (type) {
    case 'text':
      return { kind: 'text', text: string(block['text']) ?? '' };
    case 'thinking':
      return { kind: 'thinking', text: string(block['thinking']) ?? '', hidden: block['thinking'] === '' };
    case 'redacted_thinking':
      return { kind: 'thinking', text: '', hidden: true };
    case 'image':
      return readImage(object(block['source']));
    case 'document':
      return {
        kind: 'file',
        name: string(block['title']) ?? 'Document',
        note: string(object(block['source'])['media_type']) ?? '',
      };
  }
  if (type.endsWith('tool_use')) {
    return {
      kind: 'tool_call',
      id: string(block['id']),
      name: string(block['name']) ?? 'tool',
      input: block['input'] ?? null,
    };
  }
  if (type.endsWith('tool_result')) {
    const { content } = block;
    const parts: Part[] =
      typeof content === 'string' || Array.isArray(content)
        ? readContent(content)
        : content === undefined
          ? []
          : [{ kind: 'other', label: type, value: content }];
    return {
      kind: 'tool_result',
      id: string(block['tool_use_id']),
      name: null,
      parts,
      isError: block['is_error'] === true,
    };
  }
  return { kind: 'other', label: type, value: block };
}

function readImage(source: JsonObject): Part {
  if (source['type'] === 'base64') return imageFromBase64(string(source['media_type']), string(source['data']));
  return { kind: 'image', source: null, note: string(source['url']) ?? string(source['file_id']) ?? 'image' };
}

function readTool(tool: JsonObject): ToolOffer {
  return {
    name: string(tool['name']) ?? string(tool['type']) ?? 'tool',
    description: string(tool['description']),
    schema: tool['input_schema'] ?? null,
  };
}
