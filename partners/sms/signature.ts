import { createHmac } from 'node:crypto'

/** Percent-encoding of RFC 3986: everything but letters, digits and `-_.~`, in upper-case hex. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * Alibaba Cloud RPC signature v1: HMAC-SHA1 in base64 over `METHOD&%2F&encoded(sorted query)`, keyed
 * with the secret and a `&`. `Signature` itself is left out. The documented SendSms sample is the test
 * vector in test/partners/sms-signature.test.ts.
 */
export function signRpc(
  method: 'GET' | 'POST',
  params: Readonly<Record<string, string>>,
  accessKeySecret: string,
): string {
  const query = Object.keys(params)
    .filter((name) => name !== 'Signature')
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(params[name] ?? '')}`)
    .join('&')
  const stringToSign = `${method}&${percentEncode('/')}&${percentEncode(query)}`
  return createHmac('sha1', `${accessKeySecret}&`).update(stringToSign, 'utf8').digest('base64')
}
