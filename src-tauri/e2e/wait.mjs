// Waiting for what must become true.

const PATIENCE_MILLIS = 30_000;
const STEP_MILLIS = 100;

/** Returns the first value of `check` that is neither false, null nor undefined. An error counts as "not yet". */
export async function until(what, check, patience = PATIENCE_MILLIS) {
  const deadline = Date.now() + patience;
  for (;;) {
    let error;
    try {
      const value = await check();
      if (value !== false && value !== null && value !== undefined) return value;
    } catch (caught) {
      error = caught;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${patience / 1000} s`, { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MILLIS));
  }
}
