/** Finds where HTTP/1.1 answers end (RFC 9112 §6.3): no body, content-length, or chunks. One answer is open at a time. */
export function createAnswerFramer(onAnswer: (status: number) => void): {
  take(chunk: Buffer): void
} {
  const none = Buffer.alloc(0)
  let held: Buffer = none

  function take(chunk: Buffer): void {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const headEnd = held.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const head = held.toString('latin1', 0, headEnd).toLowerCase()
    const status = Number(head.slice(9, 12))
    const end = endOf(head, status, headEnd + 4)
    if (end === undefined || held.length < end) return
    held = none
    onAnswer(status)
  }

  function endOf(head: string, status: number, bodyAt: number): number | undefined {
    if (status === 204 || status === 304) return bodyAt
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1]
    if (length !== undefined) return bodyAt + Number(length)
    if (!head.includes('\r\ntransfer-encoding: chunked'))
      throw new Error('an answer without a length')
    // The engine's JSON holds no line breaks, so the last chunk cannot be mistaken.
    const last = held.lastIndexOf('0\r\n\r\n')
    return last < bodyAt ? undefined : last + 5
  }

  return { take }
}
