/** The hours of a chart: the server leaves out those without a call. Pure. */
export type Hour = { t: string; calls: number; errors: number };

const HOUR_MS = 3_600_000;

export function everyHour(series: readonly Hour[], hours: number, now: number): Hour[] {
  const known = new Map(series.map((point) => [Math.floor(Date.parse(point.t) / HOUR_MS), point]));
  const last = Math.floor(now / HOUR_MS);
  return Array.from({ length: hours }, (_, index) => {
    const hour = last - hours + 1 + index;
    return known.get(hour) ?? { t: new Date(hour * HOUR_MS).toISOString(), calls: 0, errors: 0 };
  });
}
