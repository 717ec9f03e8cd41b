const MOST = 200

/**
 * A partner's own words, made fit for a screen and a log: partners like to quote the phone or the
 * identity number they did not like, so long runs of digits are taken out.
 */
export function quotable(words: string | null | undefined): string {
  return (words ?? '').replace(/\d{5,}[\dXx]?/g, '…').slice(0, MOST)
}
