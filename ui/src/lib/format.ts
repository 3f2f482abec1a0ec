/** Numbers, money, sizes and times as people read them. Pure: the caller passes "now". */

const integer = new Intl.NumberFormat('en-US');
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const clockShort = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayShort = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

const NOTHING = '–';

export function formatInteger(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : integer.format(value);
}

export function formatCompact(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING;
  return Math.abs(value) < 10_000 ? integer.format(value) : compact.format(value);
}

/** US dollars. Small sums keep enough digits to say something: $0.00042, $0.031, $4.20, $1,234. */
export function formatCost(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING;
  if (value === 0) return '$0.00';
  const size = Math.abs(value);
  if (size >= 1000) return `$${integer.format(Math.round(value))}`;
  if (size >= 1) return `$${value.toFixed(2)}`;
  if (size >= 0.01) return `$${value.toFixed(3)}`;
  if (size < 0.000001) return '< $0.000001';
  const digits = Math.min(6, 1 - Math.floor(Math.log10(size)));
  return `$${value.toFixed(digits)}`;
}

export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NOTHING;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NOTHING;
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A decimal string from the price table, without trailing zeros but with cents: "3.00", "0.075". */
export function formatPrice(decimal: string | null | undefined): string {
  if (decimal === null || decimal === undefined || decimal === '') return NOTHING;
  const [whole = '0', fraction = ''] = decimal.split('.');
  return `$${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}

/** "+12 %", "−3 %", "×14" for leaps, or null when there is nothing to compare with. */
export function formatChange(value: number, previous: number): string | null {
  if (previous === 0) return null;
  const ratio = value / previous;
  if (ratio >= 10) return `×${Math.round(ratio)}`;
  const percent = Math.round((ratio - 1) * 100);
  if (percent === 0) return '±0 %';
  return percent > 0 ? `+${percent} %` : `−${Math.abs(percent)} %`;
}

export function formatDateTime(iso: string): string {
  return dateTime.format(new Date(iso));
}

export function formatDay(iso: string): string {
  return day.format(new Date(iso));
}

/** The time of day for today's rows, the day and the time for older ones. */
export function formatRowTime(iso: string, now: number): string {
  const date = new Date(iso);
  if (isSameDay(date, new Date(now))) return clock.format(date);
  return `${dayShort.format(date)}, ${clockShort.format(date)}`;
}

export function formatRelative(iso: string, now: number): string {
  const seconds = Math.round((now - new Date(iso).getTime()) / 1000);
  const size = Math.abs(seconds);
  if (size < 45) return seconds >= 0 ? 'just now' : 'in a moment';
  const [amount, unit] =
    size < 2700
      ? [Math.round(size / 60), 'min']
      : size < 79_200
        ? [Math.round(size / 3600), 'h']
        : [Math.round(size / 86_400), 'day'];
  const text = unit === 'day' ? `${amount} ${amount === 1 ? 'day' : 'days'}` : `${amount} ${unit}`;
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

/** A cause as it came from inside, written as a sentence begins. */
export function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function pluralize(count: number, one: string, many = `${one}s`): string {
  return `${integer.format(count)} ${count === 1 ? one : many}`;
}

function isSameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}
