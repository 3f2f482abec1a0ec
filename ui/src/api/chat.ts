/**
 * Shapes of the chat, from the server's own description. What it describes as text or as any object (states, parts of
 * messages, the events of a run, all as the AI SDK has them) is narrowed here.
 */
import type { Narrowed } from '@/api/mcp';
import type { components } from '@/api/schema';
import type { Served } from '@/api/types';

type Schemas = components['schemas'];
export type Usage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  reasoningTokens: number;
  /** US dollars as a decimal; null where the model has no price. */
  cost: string | null;
  steps: number;
};

export type MessageStatus = 'complete' | 'streaming' | 'waiting' | 'stopped' | 'failed' | 'interrupted';

export type Problem = { message: string; link?: string | null; kind?: string | null };

export type MessageMetadata = {
  status: MessageStatus;
  runId?: string | null;
  provider?: string | null;
  model?: string | null;
  error?: Problem | null;
  usage?: Usage | null;
  finishReason?: string | null;
};

export type Elicitation = {
  id: string;
  toolCallId: string;
  mode: 'form' | 'url';
  message: string;
  requestedSchema?: unknown;
  url?: string | null;
  answered?: 'accept' | 'decline' | 'cancel' | null;
};

export type ToolState =
  | 'input-streaming'
  | 'input-available'
  | 'approval-requested'
  | 'approval-responded'
  | 'output-available'
  | 'output-error'
  | 'output-denied';

export type TextPart = { type: 'text'; text: string; state?: 'streaming' | 'done'; id?: string };
export type ReasoningPart = { type: 'reasoning'; text: string; state?: 'streaming' | 'done'; id?: string };
export type FilePart = {
  type: 'file';
  mediaType: string;
  filename: string;
  url: string;
  attachmentId: string;
  size: number;
};
export type ToolPart = {
  type: 'dynamic-tool';
  toolName: string;
  toolCallId: string;
  title?: string | null;
  state: ToolState;
  input?: unknown;
  inputText?: string | null;
  output?: unknown;
  errorText?: string | null;
  approval?: { id: string; approved?: boolean | null; reason?: string | null } | null;
  link?: string | null;
  elicitation?: Elicitation | null;
  durationMs?: number | null;
  truncated?: boolean;
  outputSize?: number | null;
};
export type MessagePart = TextPart | ReasoningPart | FilePart | ToolPart | { type: 'step-start' };

export type Message = Narrowed<
  'ChatMessage',
  { role: 'user' | 'assistant'; parts: MessagePart[]; metadata: MessageMetadata }
>;

export type Context = {
  model: string;
  limit: number | null;
  system: number;
  tools: number;
  history: number;
  attachments: number;
  used: number;
  free: number | null;
  exact: boolean;
};

export type RunStatus = 'running' | 'waiting' | 'completed' | 'stopped' | 'failed' | 'interrupted';
export type Run = Narrowed<'ChatRun', { status: RunStatus }>;

export type ApprovalMode = 'destructive' | 'always' | 'never';

export type Conversation = Narrowed<'Conversation', { approvalMode: ApprovalMode; run: Run | null }>;

export type ConversationSummary = Conversation &
  Omit<Served<Schemas['ConversationSummary']>, keyof Schemas['Conversation']>;

export type ConversationDetail = Conversation & {
  messages: Message[];
  lastEventId: number;
  context: Context;
  cost: string | null;
};

export type ConversationInput = Omit<Schemas['CreateConversation'], 'provider'> & { provider?: string | null };

export type ConversationChange = Partial<
  Pick<
    Conversation,
    'title' | 'selectedModel' | 'provider' | 'systemPrompt' | 'approvalMode' | 'leafMessageId' | 'agentId'
  >
>;

export type TurnInput = {
  text?: string;
  attachmentIds?: string[];
  parentId?: string | null;
  regenerate?: string;
  model?: string;
  provider?: string;
};

export type Turn = { run: Run; userMessage: Message | null; message: Message; lastEventId: number };

export type ChatTool = Served<Schemas['ChatTool']>;

export type ChatStatus = Served<Schemas['ChatStatus']>;

/** A model one can choose. */
export type ChatModel = Served<Schemas['ChatModel']>;

export type StoredAttachment = { id: string; filename: string; mediaType: string; size: number; url: string };

export type Prompt = Served<Schemas['Prompt']>;

export type PromptInput = { name: string; agentId: string; userPrompt: string | null; systemPrompt: string | null };

/** One event of a run. */
export type Chunk =
  | { type: 'data-run'; data: { run: Run; userMessage: Message | null; message: Message } }
  | { type: 'start'; messageId: string }
  | { type: 'start-step' | 'finish-step' }
  | { type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end'; id: string }
  | { type: 'text-delta' | 'reasoning-delta'; id: string; delta: string }
  | { type: 'tool-input-start'; toolCallId: string; toolName: string }
  | { type: 'tool-input-delta'; toolCallId: string; inputTextDelta: string }
  | { type: 'tool-input-available'; toolCallId: string; toolName: string; input: unknown }
  | { type: 'tool-approval-request'; approvalId: string; toolCallId: string }
  | { type: 'tool-output-denied'; toolCallId: string }
  | { type: 'tool-output-available'; toolCallId: string; output: unknown }
  | { type: 'tool-output-error'; toolCallId: string; errorText: string }
  | { type: 'data-tool'; data: { toolCallId: string } & Partial<ToolPart> }
  | { type: 'data-elicitation'; data: Elicitation }
  | { type: 'data-usage'; data: { usage: Usage; context: Context; cost: string | null } }
  | { type: 'data-status'; data: { status: 'running' | 'waiting' } }
  | { type: 'data-title'; data: { title: string } }
  | { type: 'data-error'; data: Problem }
  | { type: 'finish'; finishReason?: string }
  | { type: 'abort'; reason: 'stopped' | 'interrupted' }
  | { type: 'error'; errorText: string }
  | { type: 'data-run-end'; data: { run: Run; message: { id: string; metadata: MessageMetadata } } };
