/** Gemini generateContent: `systemInstruction` and `contents` of parts in, `candidates` out. */
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
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'thinkingConfig',
  'responseMimeType',
  'candidateCount',
  'stopSequences',
  'seed',
];

export function readGeminiGenerate(request: unknown, response: unknown): Conversation {
  const asked = object(request);
  const system = readContent(asked['systemInstruction'] ?? asked['system_instruction']).parts;
  const candidates = list(object(response)['candidates']).map(object);
  const messages =
    typeof asked['contents'] === 'string' ? [readContent(asked['contents'])] : list(asked['contents']).map(readContent);
  return {
    messages: system.length > 0 ? [{ role: 'system', parts: system }, ...messages] : messages,
    answers: candidates
      .map((candidate) => ({ ...readContent(candidate['content']), role: 'assistant' as const }))
      .filter((answer) => answer.parts.length > 0),
    tools: list(asked['tools']).flatMap((tool) => readTools(object(tool))),
    settings: settingsOf(object(asked['generationConfig'] ?? asked['generation_config']), SETTINGS),
    stopReason:
      string(candidates[0]?.['finishReason']) ?? string(object(object(response)['promptFeedback'])['blockReason']),
    error: errorText(response),
  };
}

function readContent(content: unknown): Message {
  if (typeof content === 'string') return { role: 'user', parts: [{ kind: 'text', text: content }] };
  const { role, parts } = object(content);
  const read = list(parts).map((part) => readPart(object(part)));
  if (role === 'model') return { role: 'assistant', parts: read };
  const onlyResults = read.length > 0 && read.every((part) => part.kind === 'tool_result');
  return { role: onlyResults ? 'tool' : 'user', parts: read };
}

function readPart(part: JsonObject): Part {
  const text = string(part['text']);
  if (text !== null)
    return part['thought'] === true ? { kind: 'thinking', text, hidden: text === '' } : { kind: 'text', text };

  const call = part['functionCall'] ?? part['function_call'];
  if (call !== undefined) {
    const { id, name, args } = object(call);
    return { kind: 'tool_call', id: string(id), name: string(name) ?? 'tool', input: args ?? null };
  }
  const result = part['functionResponse'] ?? part['function_response'];
  if (result !== undefined) {
    const { id, name, response } = object(result);
    return {
      kind: 'tool_result',
      id: string(id),
      name: string(name),
      parts: [{ kind: 'other', label: 'result', value: response ?? null }],
      isError: object(response)['error'] !== undefined,
    };
  }
  const inline = part['inlineData'] ?? part['inline_data'];
  if (inline !== undefined) return readInline(object(inline));

  const file = part['fileData'] ?? part['file_data'];
  if (file !== undefined) {
    const { fileUri, file_uri: oldUri, mimeType } = object(file);
    return { kind: 'file', name: string(fileUri) ?? string(oldUri) ?? 'File', note: string(mimeType) ?? '' };
  }
  if (part['executableCode'] !== undefined) {
    return { kind: 'tool_call', id: null, name: 'code execution', input: part['executableCode'] };
  }
  if (part['codeExecutionResult'] !== undefined) {
    const { outcome, output } = object(part['codeExecutionResult']);
    return {
      kind: 'tool_result',
      id: null,
      name: 'code execution',
      parts: [{ kind: 'text', text: string(output) ?? '' }],
      isError: outcome !== 'OUTCOME_OK',
    };
  }
  return { kind: 'other', label: Object.keys(part)[0] ?? 'part', value: part };
}

function readInline(inline: JsonObject): Part {
  const mediaType = string(inline['mimeType']) ?? string(inline['mime_type']);
  if (mediaType?.startsWith('image/')) return imageFromBase64(mediaType, string(inline['data']));
  return { kind: 'file', name: 'Inline data', note: mediaType ?? '' };
}

function readTools(tool: JsonObject): ToolOffer[] {
  const declared = list(tool['functionDeclarations'] ?? tool['function_declarations']).map(object);
  if (declared.length > 0) {
    return declared.map((each) => ({
      name: string(each['name']) ?? 'tool',
      description: string(each['description']),
      schema: each['parameters'] ?? each['parametersJsonSchema'] ?? null,
    }));
  }
  return Object.keys(tool).map((name) => ({ name, description: null, schema: null }));
}
