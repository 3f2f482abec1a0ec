// Counts what passed and failed, over Node's test runner, the Python runner and the checks of the run itself.
export class Report {
  passed = 0
  failed = 0
  skipped = 0

  pass(name, milliseconds) {
    this.passed += 1
    console.log(`ok      ${name}${milliseconds === undefined ? '' : ` (${Math.round(milliseconds)} ms)`}`)
  }

  skip(name, reason) {
    this.skipped += 1
    console.log(`skipped ${name} — ${reason}`)
  }

  fail(name, error) {
    this.failed += 1
    console.log(`FAILED  ${name}\n${indent(describe(error))}`)
  }

  async check(name, action) {
    try {
      await action()
      this.pass(name)
    } catch (error) {
      this.fail(name, error)
    }
  }

  summary(milliseconds) {
    const skipped = this.skipped ? `, ${this.skipped} skipped` : ''
    console.log(`${this.passed} passed, ${this.failed} failed${skipped} (${Math.round(milliseconds / 1000)} s)`)
  }
}

function describe(error) {
  const cause = error?.cause instanceof Error ? error.cause : error
  return cause?.stack ?? String(cause)
}

function indent(text) {
  return text
    .split('\n')
    .slice(0, 40)
    .map((line) => `        ${line}`)
    .join('\n')
}
