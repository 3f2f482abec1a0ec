import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { after, before, describe, it } from 'node:test'

import { ask, dashboards, filled, targets, values, variables } from './dashboards.mjs'
import { model, startLoad } from './load.mjs'
import { promtool, rules, startPrometheus } from './prometheus.mjs'
import { secret, startWorld, until } from './world.mjs'

const alerts = [...readFileSync(rules, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name)

describe('the rules', () => {
  it('are ones that Prometheus takes', () => promtool(['check', 'rules', rules]))
  it('fire when they should, and only then', () => {
    const test = rules.replace('.rules.yaml', '.rules.test.yaml')
    promtool(['test', 'rules', test], { cwd: dirname(rules) })
    const tested = readFileSync(test, 'utf8')
    for (const alert of alerts) assert.ok(tested.includes(`- name: ${alert}\n`), `${alert} has no test`)
  })
})

for (const dashboard of dashboards) {
  describe(`the dashboard ${dashboard.title}`, () => {
    const panels = dashboard.panels.filter(({ type }) => type !== 'row')
    it('asks only the data source that its viewer chose', () => {
      const [first] = dashboard.templating.list
      assert.deepEqual([first.type, first.name, first.query], ['datasource', 'datasource', 'prometheus'])
      const uids = [...JSON.stringify(dashboard).matchAll(/"datasource":\{"type":"prometheus","uid":"([^"]*)"/g)].map(([, uid]) => uid)
      assert.deepEqual([...new Set(uids)], ['${datasource}'])
    })
    it('has every panel in a place of its own, with a title and a unit', () => {
      const taken = new Map()
      for (const { title, gridPos, fieldConfig, type } of dashboard.panels) {
        assert.ok(title)
        if (type !== 'row') assert.ok(fieldConfig.defaults.unit, title)
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
          assert.ok(x < 24, `${title} reaches out of the grid`)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            assert.equal(taken.get(`${x} ${y}`), undefined, `${title} lies on another panel`)
            taken.set(`${x} ${y}`, title)
          }
        }
      }
      const ids = dashboard.panels.map(({ id }) => id)
      assert.equal(new Set(ids).size, ids.length)
    })
    it('takes windows that fit the time shown', () => {
      for (const { target } of targets({ panels })) {
        const windows = [...target.expr.matchAll(/\[([^\]]+)\]/g)].map(([, window]) => window)
        const wanted = target.instant ? '$__range' : '$__rate_interval'
        assert.deepEqual(windows.filter((window) => window !== wanted), [], target.expr)
      }
    })
  })
}

describe('over a server that works', () => {
  let world, load, prometheus

  before(async () => {
    world = await startWorld()
    load = startLoad(world)
    prometheus = await startPrometheus({ scratch: world.scratch, target: new URL(world.app.metrics).host, secret })
    await until('twenty scrapes', async () => {
      const { result } = await prometheus.get('query', { query: 'count_over_time(up[5m])' })
      return Number(result[0]?.value[1]) >= 20
    })
  })
  after(async () => {
    await prometheus?.stop()
    await world?.stop()
  })

  it('is scraped without a fault', async () => {
    const { activeTargets } = await prometheus.get('targets')
    assert.deepEqual(activeTargets.map(({ health, lastError }) => [health, lastError]), [['up', '']])
  })

  for (const [accept, type] of [
    ['application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5', 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
    ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
  ]) {
    it(`answers ${accept} as ${type}`, async () => {
      const response = await fetch(world.app.metrics, { headers: { authorization: `Bearer ${secret}`, accept } })
      assert.equal(response.headers.get('content-type'), type)
      const text = await response.text()
      assert.equal(text.endsWith('# EOF\n'), type.startsWith('application/openmetrics-text'))
      if (type.startsWith('text/plain')) promtool(['check', 'metrics'], { input: text })
    })
  }

  for (const dashboard of dashboards) {
    for (const variable of variables(dashboard)) {
      it(`${dashboard.title}: there are values to choose for ${variable.label}`, async () => {
        const found = await values(prometheus, variable, dashboard)
        assert.ok(found.some((value) => value !== ''), JSON.stringify(found))
      })
    }
    for (const { panel, target } of targets(dashboard)) {
      it(`${dashboard.title}: ${panel.title} (${target.refId}) shows something`, async () => {
        const series = await ask(prometheus, target, dashboard)
        const finite = series.filter(({ numbers }) => numbers.some(Number.isFinite))
        assert.ok(finite.length > 0, `${filled(target.expr, dashboard)} found ${JSON.stringify(series)}`)
        for (const [, label] of target.legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          assert.ok(finite.some(({ labels }) => labels[label]), `no series has the label ${label} of the legend`)
        }
      })
    }
    it(`${dashboard.title}: new versions are marked`, async () => {
      for (const { expr } of dashboard.annotations.list.filter(({ expr }) => expr)) {
        assert.equal((await ask(prometheus, { expr }, dashboard)).length, 1)
      }
    })
  }

  it('every rule is evaluated without an error', async () => {
    const { groups } = await prometheus.get('rules')
    const all = groups.flatMap((group) => group.rules)
    assert.deepEqual(all.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => [name, lastError]), [])
    assert.deepEqual(all.filter(({ type }) => type === 'alerting').map(({ name }) => name).sort(), [...alerts].sort())
    const recorded = all.filter(({ type }) => type === 'recording')
    assert.ok(recorded.length > 5)
    for (const { name } of recorded) {
      const { result } = await prometheus.get('query', { query: name })
      assert.ok(result.some(({ value }) => Number.isFinite(Number(value[1]))), `${name} records nothing`)
    }
  })

  it('no call failed that should not have', () => load.stop())

  it('a client that makes up names of models makes no series without end', async () => {
    const names = Array.from({ length: 400 }, (_, number) => `made-up-${number}`)
    while (names.length > 0) await Promise.all(names.splice(0, 20).map((name) => model(world, { model: name }, 200)))
    const count = 'count(count by (model) (llm_request_duration_seconds_count))'
    const { result } = await until('the series of the last call', async () => {
      const others = await prometheus.get('query', { query: 'sum(llm_request_duration_seconds_count{model="other"}) > 150' })
      return others.result.length > 0 && prometheus.get('query', { query: count })
    })
    assert.equal(Number(result[0].value[1]), 200, 'the others are one of them')
  })
})
