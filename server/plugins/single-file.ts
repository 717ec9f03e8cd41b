import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { problem } from '../../contracts/problems.ts'

/** The largest file any item may allow (contracts/item-package.ts) plus the multipart envelope. */
const HARD_LIMIT = 52_428_800
const ENVELOPE = 16_384

export async function addMultipart(app: FastifyInstance): Promise<void> {
  await app.register(multipart, {
    limits: { files: 1, fields: 0, parts: 1, fileSize: HARD_LIMIT + 1, headerPairs: 20 },
  })
}

export interface SingleFile {
  readonly fileName: string
  readonly content: Readable
}

/**
 * Hands the one file of a multipart request to `take` as a stream, and lets the rest of a refused upload run dry so that the
 * client can read the answer.
 * @throws INVALID_INPUT, FILE_TOO_LARGE (declared length), and whatever `take` throws
 */
export async function withSingleFile<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  take: (file: SingleFile) => Promise<T>,
): Promise<T> {
  if (Number(request.headers['content-length'] ?? 0) > HARD_LIMIT + ENVELOPE)
    throw problem('FILE_TOO_LARGE')
  const part = await request.file()
  if (part === undefined)
    throw problem('INVALID_INPUT', {
      fields: [{ field: 'file', code: 'required', zh: '请选择一个文件', en: 'Choose one file' }],
    })
  try {
    return await take({ fileName: part.filename || 'file', content: part.file })
  } catch (error) {
    // Nobody reads the rest any more; a next request must not queue behind it on this connection.
    void reply.header('connection', 'close')
    discardRest(request.raw)
    throw error
  }
}

/** Reads on without keeping, up to the largest honest upload. */
function discardRest(raw: IncomingMessage): void {
  let discarded = 0
  raw.unpipe()
  raw.on('data', (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > HARD_LIMIT) raw.destroy()
  })
  raw.resume()
}
