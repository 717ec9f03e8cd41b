export interface ParsedMail {
  messageId: string
  from: string
  to: string
  subject: string
  /** The first text/plain part. */
  text: string
  attachments: string[]
}

interface Part {
  headers: ReadonlyMap<string, string>
  body: string
}

/**
 * Reads what the simulator shows of a mail (RFC 5322 and the part of MIME our own adapter writes);
 * it is no general mail parser. Bytes are kept one to one in `latin1` until a part's encoding is known.
 */
export function parseMail(raw: Buffer): ParsedMail {
  const mail = partOf(raw.toString('latin1'))
  const leaves = leavesOf(mail)
  const plain = leaves.find((part) => typeOf(part).startsWith('text/plain') && !fileNameOf(part))
  return {
    messageId: mail.headers.get('message-id') ?? '',
    from: decodeWords(mail.headers.get('from') ?? ''),
    to: decodeWords(mail.headers.get('to') ?? ''),
    subject: decodeWords(mail.headers.get('subject') ?? ''),
    text: plain ? decodeBody(plain) : '',
    attachments: leaves.map(fileNameOf).filter((name) => name !== ''),
  }
}

function partOf(text: string): Part {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  const headers = new Map<string, string>()
  for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return { headers, body: end < 0 ? '' : text.slice(end + 4) }
}

function leavesOf(part: Part): Part[] {
  const type = part.headers.get('content-type') ?? ''
  const boundary = /^multipart\/.*boundary="?([^";]+)"?/i.exec(type)?.[1]
  if (boundary === undefined) return [part]
  return part.body
    .split(`--${boundary}`)
    .slice(1)
    .filter((piece) => !piece.startsWith('--'))
    .flatMap((piece) => leavesOf(partOf(piece.replace(/^\r\n/, '').replace(/\r\n$/, ''))))
}

function typeOf(part: Part): string {
  return (part.headers.get('content-type') ?? 'text/plain').toLowerCase()
}

function fileNameOf(part: Part): string {
  const disposition = part.headers.get('content-disposition') ?? ''
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1]
  if (plain !== undefined) return decodeWords(plain)
  // RFC 2231: filename*0*=utf-8''%E5…; filename*1*=…
  const pieces = [...disposition.matchAll(/filename\*(?:\d+\*?)?=([^;]+)/gi)].map(
    ([, piece]) => piece,
  )
  const joined = pieces.join('').replace(/^utf-8''/i, '')
  try {
    return decodeURIComponent(joined)
  } catch {
    return joined
  }
}

function decodeBody(part: Part): string {
  const encoding = (part.headers.get('content-transfer-encoding') ?? '').toLowerCase()
  const bytes =
    encoding === 'base64'
      ? Buffer.from(part.body, 'base64')
      : Buffer.from(encoding === 'quoted-printable' ? fromQuoted(part.body) : part.body, 'latin1')
  return bytes.toString('utf8').trimEnd()
}

function fromQuoted(text: string): string {
  return text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

/** RFC 2047 words in UTF-8; the blank between two of them is not part of the text. */
function decodeWords(text: string): string {
  const joined = text.replace(/\?=\s+=\?/g, '?==?')
  const bytes = joined.replace(
    /=\?utf-8\?([BQ])\?([^?]*)\?=/gi,
    (_all, kind: string, word: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('latin1')
        : fromQuoted(word.replaceAll('_', ' ')),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
