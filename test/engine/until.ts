/** Waits for a condition, bounded by tries only: what is asserted is the condition, never how long it took. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  tries = 600,
): Promise<T> {
  for (let i = 0; i < tries; i += 1) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`never came true: ${what}`)
}
