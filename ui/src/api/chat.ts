/** Shapes of the chat: messages as the AI SDK has them, and the events of a run. */

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

export type Message = {
  id: string;
  parentId: string | null;
  role: 'user' | 'assistant';
  parts: MessagePart[];
  createdAt: string;
  metadata: MessageMetadata;
};

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
export type Run = {
  id: string;
  messageId: string;
  status: RunStatus;
  startedAt: string;
  finishedAt: string | null;
};

export type ApprovalMode = 'destructive' | 'always' | 'never';

export type Conversation = {
  id: string;
  title: string | null;
  agentId: string;
  agent: { id: string; name: string };
  promptId: string | null;
  provider: string | null;
  selectedModel: string;
  systemPrompt: string | null;
  approvalMode: ApprovalMode;
  hasCustomToolSelection: boolean;
  enabledToolIds: string[];
  leafMessageId: string | null;
  run: Run | null;
  createdAt: string;
  updatedAt: string;
};

export type ConversationSummary = Conversation & {
  messageCount: number;
  preview: string | null;
  match?: { messageId: string; snippet: string } | null;
};

export type ConversationDetail = Conversation & {
  messages: Message[];
  lastEventId: number;
  context: Context;
  cost: string | null;
};

export type ConversationInput = {
  agentId: string;
  promptId?: string | null;
  title?: string | null;
  selectedModel?: string;
  provider?: string;
  systemPrompt?: string | null;
  approvalMode?: ApprovalMode;
  enabledToolIds?: string[];
};

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

export type ChatTool = {
  id: string;
  name: string;
  description: string | null;
  parameters: unknown;
  server: string | null;
  readOnly: boolean;
  destructive: boolean;
  asks: boolean;
  available: boolean;
};

export type ChatStatus = {
  ready: boolean;
  defaultModel: { provider: string; model: string } | null;
  providers: { id: string; name: string; configured: boolean; source: string | null }[];
  local: { id: string; name: string; baseUrl: string; models: string[] }[];
  demo: { provider: string; model: string; name: string } | null;
  message: string | null;
};

export type StoredAttachment = { id: string; filename: string; mediaType: string; size: number; url: string };

export type Prompt = {
  id: string;
  name: string;
  agentId: string;
  userPrompt: string | null;
  systemPrompt: string | null;
  version: number;
  parentPromptId: string | null;
  isActive: boolean;
  createdAt: string;
  updatedAt: string;
};

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
