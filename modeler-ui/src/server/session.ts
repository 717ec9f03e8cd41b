import { answerOf, type Answer } from './answer.ts'
import { api, keepCsrfToken } from './api.ts'

export interface Session {
  readonly signedIn: boolean
  readonly name: string
  readonly designer: boolean
}

export async function getSession(signal: AbortSignal): Promise<Answer<Session>> {
  const answer = await answerOf(api.GET('/api/session', { signal }))
  if (answer.kind !== 'ok') return answer
  const { signedIn, person, designer, csrfToken } = answer.data
  keepCsrfToken(csrfToken)
  return { ...answer, data: { signedIn, name: person?.name ?? '', designer: designer ?? false } }
}

export function signInUrl(): string {
  return `/auth/login?returnTo=${encodeURIComponent(location.pathname)}`
}

/** Ends the session here and leaves for the issuer, to end it there too. */
export async function signOut(): Promise<void> {
  const answer = await answerOf(api.POST('/auth/logout'))
  location.assign(answer.kind === 'ok' ? answer.data.signOutUrl : '/')
}
