import { createCipheriv, createDecipheriv } from 'node:crypto'

const MARK = '|$4|'
const BLOCK_BYTES = 16

/** The SM4 key behind the base64 text the post office hands out. Throws unless it is 16 bytes. */
function keyOf(signKey: string): Buffer {
  const key = Buffer.from(signKey, 'base64')
  if (key.length !== BLOCK_BYTES) throw new Error('the EMS sign key must be 16 bytes in base64')
  return key
}

/**
 * Text -> `logitcsInterface` (the misspelling is the protocol's): `|$4|` + base64 of SM4-ECB with
 * PKCS#7 padding over the text followed by the sign key's own base64 text.
 * Source: 中国邮政 国内协议客户 API, encryption chapter; vectors in test/partners/ems-envelope.test.ts.
 */
export function sealEnvelope(text: string, signKey: string): string {
  const cipher = createCipheriv('sm4-ecb', keyOf(signKey), null)
  const sealed = Buffer.concat([cipher.update(text + signKey, 'utf8'), cipher.final()])
  return MARK + sealed.toString('base64')
}

/**
 * `logitcsInterface` -> text, or undefined when it was not sealed with this key. `signed` tells whether
 * the sign key stood at the end: requests must have it; public clients of the pushes show it missing,
 * so for pushes the shape of the text decides. ECB has no authentication tag either way: TLS is needed.
 */
export function openEnvelope(
  envelope: string,
  signKey: string,
): { text: string; signed: boolean } | undefined {
  const key = keyOf(signKey)
  if (!envelope.startsWith(MARK)) return undefined
  const sealed = Buffer.from(envelope.slice(MARK.length), 'base64')
  if (sealed.length === 0 || sealed.length % BLOCK_BYTES !== 0) return undefined
  const text = decrypt(sealed, key)
  if (text === undefined) return undefined
  const signed = text.endsWith(signKey)
  return { text: signed ? text.slice(0, -signKey.length) : text, signed }
}

function decrypt(sealed: Buffer, key: Buffer): string | undefined {
  try {
    const decipher = createDecipheriv('sm4-ecb', key, null)
    const plain = Buffer.concat([decipher.update(sealed), decipher.final()])
    return new TextDecoder('utf-8', { fatal: true }).decode(plain)
  } catch {
    // Wrong padding or not UTF-8: another key, or a damaged message. Both are answered as refused.
    return undefined
  }
}
