import createClient from 'openapi-fetch'

import type { paths } from '../../../api-client/paths.d.ts'
import type { Language } from '../language/words.ts'

/** The only door to the server. Same origin: the session is an HttpOnly cookie this page never sees. */
export const api = createClient<paths>({ baseUrl: '/' })

let csrfToken: string | undefined

/** Told once by GET /api/session; goes with everything that changes something. */
export function keepCsrfToken(token: string | undefined): void {
  csrfToken = token
}

export function speakTo(language: Language): void {
  acceptLanguage = language === 'zh' ? 'zh-CN' : 'en'
}
let acceptLanguage = 'zh-CN'

api.use({
  onRequest({ request }) {
    request.headers.set('accept-language', acceptLanguage)
    if (request.method !== 'GET' && csrfToken !== undefined)
      request.headers.set('x-csrf-token', csrfToken)
    return request
  },
})
