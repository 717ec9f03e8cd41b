/**
 * Asks `ready` every quarter of a second until it says yes; throws `late()` when `limitMs` have passed. The
 * watch for dying children runs beside it, so a part that fell over does not have to be waited for.
 */
export async function waitUntil(
  ready: () => Promise<boolean>,
  limitMs: number,
  late: () => Error,
): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await ready())) {
    if (Date.now() > deadline) throw late()
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** Whether the address answers with success. */
export async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}
