// What the three dialects share on the wire: a server-sent event and a vendor-like identifier.
import { randomUUID } from 'node:crypto'

export function sse(data, event) {
  return `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

export function identifier(prefix) {
  return prefix + randomUUID().replaceAll('-', '').slice(0, 24)
}
