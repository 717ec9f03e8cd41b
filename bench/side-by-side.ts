/** At most `width` at once over the list, in order of the list. The first fault ends it. */
export async function sideBySide<T>(
  list: readonly T[],
  width: number,
  work: (of: T) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async () => {
    for (let at = next++; at < list.length; at = next++) {
      const of = list[at]
      if (of !== undefined) await work(of)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, worker))
}
