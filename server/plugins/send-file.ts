import type { Readable } from 'node:stream'

import type { FastifyReply } from 'fastify'

export interface OutgoingFile {
  readonly content: Readable
  readonly mediaType: string
  readonly fileName: string
  readonly sizeBytes: number
  /** hex */
  readonly sha256: string
}

/** Always an attachment, never sniffed: an uploaded paper must not run as a page of this site. */
export function sendFile(reply: FastifyReply, file: OutgoingFile): FastifyReply {
  const digest = Buffer.from(file.sha256, 'hex').toString('base64')
  return reply
    .type(file.mediaType)
    .header('content-disposition', contentDisposition(file.fileName))
    .header('content-length', file.sizeBytes)
    .header('repr-digest', `sha-256=:${digest}:`)
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'private, no-store')
    .send(file.content)
}

/** RFC 6266: an ASCII name for old clients, the real one in UTF-8. */
export function contentDisposition(fileName: string): string {
  const clean = [...wellFormed(fileName).replace(/[\u0000-\u001f\u007f/\\]/g, '_')]
    .slice(-150)
    .join('')
  const ascii = clean.replace(/[^\x20-\x7e]/g, '_').replace(/["%]/g, '_')
  const encoded = encodeURIComponent(clean).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

/** A lone surrogate in a name would make encodeURIComponent throw. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}
