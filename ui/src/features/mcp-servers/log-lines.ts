/** Log text as lines: cut where a line ends, kept to a limit, each with its weight. Pure. */
export const KEPT_LINES = 5000;

export type Severity = 'error' | 'warning' | 'other';

/** Takes over what has arrived; `rest` is the beginning of a line whose end has not. */
export type LogBuffer = { lines: readonly string[]; rest: string; dropped: number };

export const EMPTY_LOG: LogBuffer = { lines: [], rest: '', dropped: 0 };

export function appended(buffer: LogBuffer, text: string): LogBuffer {
  const parts = (buffer.rest + text).split('\n');
  const rest = parts.pop() ?? '';
  if (parts.length === 0) return { ...buffer, rest };
  const all = [...buffer.lines, ...parts.map((line) => withoutColours(line.replace(/\r$/, '')))];
  const over = Math.max(0, all.length - KEPT_LINES);
  return { lines: over > 0 ? all.slice(over) : all, rest, dropped: buffer.dropped + over };
}

export function linesOf(text: string): readonly string[] {
  return appended(EMPTY_LOG, text.endsWith('\n') || text === '' ? text : `${text}\n`).lines;
}

export function severityOf(line: string): Severity {
  if (/\b(error|fatal|panic|exception|traceback|critical)\b/i.test(line)) return 'error';
  if (/\b(warn|warning|deprecated)\b/i.test(line)) return 'warning';
  return 'other';
}

export function matching(lines: readonly string[], query: string, severity: Severity | 'all'): string[] {
  const wanted = query.toLowerCase();
  return lines.filter(
    (line) =>
      (severity === 'all' || severityOf(line) === severity) && (wanted === '' || line.toLowerCase().includes(wanted)),
  );
}

/** Escape sequences of a terminal say nothing on a page. */
function withoutColours(line: string): string {
  // eslint-disable-next-line no-control-regex
  return line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
}
