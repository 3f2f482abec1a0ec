// The dashboards that packaging/ ships, and their queries as Grafana sends them.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { interval, packaging } from './prometheus.mjs'

const folder = join(packaging, 'grafana/dashboards')
/** Seconds that the dashboard shows. */
const range = 60

export const dashboards = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, ...JSON.parse(readFileSync(join(folder, name), 'utf8')) }))

export const variables = ({ templating }) => templating.list.filter(({ type }) => type === 'query')

/** Every query of every panel. */
export const targets = ({ panels }) => panels.flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, target })))

/** With all values of every variable chosen, and Grafana's own variables as it works them out. */
export function filled(expression, { templating }) {
  const step = Math.max(interval, Math.ceil(range / 1000))
  const known = { __range: `${range}s`, __interval: `${step}s`, __rate_interval: `${Math.max(step + interval, 4 * interval)}s` }
  for (const { name, allValue } of templating.list) known[name] = allValue
  return expression.replace(/\$\{?(\w+)\}?/g, (whole, name) => known[name] ?? whole)
}

/** The series of an answer, each with its labels and its numbers. */
export async function ask(prometheus, target, dashboard) {
  const query = filled(target.expr, dashboard)
  const end = Date.now() / 1000
  const { result } = target.instant
    ? await prometheus.get('query', { query, time: end })
    : await prometheus.get('query_range', { query, start: end - range, end, step: interval })
  return result.map(({ metric, value, values }) => ({ labels: metric, numbers: (values ?? [value]).map(([, number]) => Number(number)) }))
}

/** `label_values(metric{…}, label)`, or without a metric. */
export async function values(prometheus, variable, dashboard) {
  const [, metric, label] = /^label_values\((.+), (\w+)\)$/.exec(filled(variable.query.query, dashboard))
  return prometheus.get(`label/${label}/values`, { 'match[]': metric })
}
