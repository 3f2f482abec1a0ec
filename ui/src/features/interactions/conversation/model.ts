/** One shape for the conversations of all providers: what the log shows, not what was sent. */

export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'thinking'; text: string; hidden: boolean }
  | { kind: 'tool_call'; id: string | null; name: string; input: unknown }
  | { kind: 'tool_result'; id: string | null; name: string | null; parts: Part[]; isError: boolean }
  | { kind: 'image'; source: string | null; note: string }
  | { kind: 'file'; name: string; note: string }
  | { kind: 'refusal'; text: string }
  | { kind: 'other'; label: string; value: unknown };

export type Role = 'system' | 'user' | 'assistant' | 'tool';
export type Message = { role: Role; parts: Part[] };
export type ToolOffer = { name: string; description: string | null; schema: unknown };

export type Conversation = {
  /** What was sent. */
  messages: Message[];
  /** What came back: one per choice or candidate. */
  answers: Message[];
  tools: ToolOffer[];
  settings: [name: string, value: string][];
  stopReason: string | null;
  error: string | null;
};

export type Dialect = {
  read: (request: unknown, response: unknown) => Conversation;
};
