/** How a call of a tool is named and what state it is in, in words. Pure. */
import type { ToolPart } from '@/api/chat';

export type ToolLook = { label: string; tone: 'neutral' | 'accent' | 'ok' | 'warn' | 'bad'; busy: boolean };

/** `github__search_issues` is search_issues of github. */
export function nameOf(toolName: string): { server: string | null; tool: string } {
  const at = toolName.indexOf('__');
  return at <= 0 ? { server: null, tool: toolName } : { server: toolName.slice(0, at), tool: toolName.slice(at + 2) };
}

/** `live` is whether the run that called it goes on. */
export function lookOf(part: ToolPart, live: boolean): ToolLook {
  if (isOpenElicitation(part) && live) return { label: 'asks you', tone: 'warn', busy: false };
  switch (part.state) {
    case 'output-available':
      return isErrorResult(part.output)
        ? { label: 'reports an error', tone: 'bad', busy: false }
        : { label: 'done', tone: 'ok', busy: false };
    case 'output-error':
      return part.link
        ? { label: 'needs you', tone: 'warn', busy: false }
        : { label: 'failed', tone: 'bad', busy: false };
    case 'output-denied':
      return { label: 'denied', tone: 'neutral', busy: false };
    case 'approval-requested':
      return live
        ? { label: 'asks for approval', tone: 'warn', busy: false }
        : { label: 'not answered', tone: 'neutral', busy: false };
    case 'input-streaming':
    case 'approval-responded':
    case 'input-available':
      return live
        ? { label: part.state === 'input-streaming' ? 'being written' : 'running', tone: 'accent', busy: true }
        : { label: 'not finished', tone: 'neutral', busy: false };
  }
}

export function isOpenElicitation(part: ToolPart): boolean {
  return part.elicitation !== null && part.elicitation !== undefined && !part.elicitation.answered;
}

/** A few words of the arguments, so that a closed card still says what it was about. */
export function gist(input: unknown, limit = 80): string {
  if (typeof input !== 'object' || input === null) return '';
  const text = Object.entries(input)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
    .replace(/\s+/g, ' ');
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

function isErrorResult(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'isError' in output && output.isError === true;
}
