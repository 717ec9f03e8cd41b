/** China keeps one offset and no summer time since 1991; partners write wall time without an offset. */
const OFFSET_MS = 8 * 3_600_000
const WALL_TIME = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/

/** `yyyy-MM-dd HH:mm:ss` in China. */
export function formatChinaTime(at: Date): string {
  return new Date(at.getTime() + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** `yyyyMMdd` in China. */
export function formatChinaDay(at: Date): string {
  return formatChinaTime(at).slice(0, 10).replaceAll('-', '')
}

/** Wall time in China -> instant; undefined when it is not that format or not a real time. */
export function parseChinaTime(text: string): Date | undefined {
  if (!WALL_TIME.test(text)) return undefined
  const at = new Date(`${text.replace(' ', 'T')}+08:00`)
  if (Number.isNaN(at.getTime())) return undefined
  // The parser rolls 30 February over into March: such a time does not print back as it was.
  return formatChinaTime(at) === text ? at : undefined
}

/** Wall time in China -> ISO 8601 with +08:00, the form of our own shapes. */
export function chinaTimeToIso(text: string): string | undefined {
  return parseChinaTime(text) ? `${text.replace(' ', 'T')}+08:00` : undefined
}
