import type { ServerResponse } from 'node:http'

import type { StatusAnswer } from './status-cache.ts'

/** private: the answer is one person's; no-cache: keep it, but ask each time. */
const COMMON = [
  ...['cache-control', 'private, no-cache'],
  ...['x-content-type-options', 'nosniff'],
  ...['referrer-policy', 'no-referrer'],
]
const HSTS = ['strict-transport-security', 'max-age=31536000']

/** The one answer to a poll: 304 without a body to who has it already. Headers as a list, the cheapest way for node. */
export function writeStatus(
  response: ServerResponse,
  answer: StatusAnswer,
  asked: string | undefined,
  https: boolean,
): void {
  const headers = ['etag', answer.etag, ...COMMON, ...(https ? HSTS : [])]
  if (asked !== undefined && matches(asked, answer.etag)) {
    response.writeHead(304, headers).end()
    return
  }
  const type = ['content-type', 'application/json; charset=utf-8']
  const length = ['content-length', String(answer.body.length)]
  response.writeHead(200, [...headers, ...type, ...length]).end(answer.body)
}

/** RFC 9110 §13.1.2: a list of tags, weak comparison. */
function matches(asked: string, etag: string): boolean {
  if (asked === etag || asked === '*') return true
  return asked.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
