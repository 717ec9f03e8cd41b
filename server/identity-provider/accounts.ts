import { LRUCache } from 'lru-cache'

import type { Clock } from '../../core/clock/clock.ts'
import { hashPassword, passwordMatches, type PasswordHash } from './password.ts'

/** One person of the embedded provider; `sub` is what `person.subject` holds. */
export interface ProviderAccount {
  readonly login: string
  readonly sub: string
  readonly name: string
}

export type SignInResult =
  | { readonly kind: 'ok'; readonly account: ProviderAccount }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked' }

export interface Accounts {
  signIn(login: string, password: string): Promise<SignInResult>
  find(sub: string): ProviderAccount | undefined
}

const MAX_FAILURES = 5
const LOCK_MS = 15 * 60_000

/**
 * The demo district's people, all with the one demo password. Five wrong tries lock a login for 15 minutes; an unknown
 * login takes as long and locks the same way, so that logins cannot be told apart by trying.
 */
export async function createAccounts(options: {
  readonly accounts: readonly ProviderAccount[]
  readonly password: string
  readonly clock: Clock
}): Promise<Accounts> {
  const { accounts, clock } = options
  const byLogin = new Map(accounts.map((account) => [account.login, account]))
  const bySub = new Map(accounts.map((account) => [account.sub, account]))
  const hash: PasswordHash = await hashPassword(options.password)
  const failures = new LRUCache<string, { count: number; lockedUntil: number }>({ max: 10_000 })

  async function signIn(login: string, password: string): Promise<SignInResult> {
    const now = clock.now().getTime()
    const before = failures.get(login)
    if (before && before.lockedUntil > now) return { kind: 'locked' }
    // Counted before the slow hash: parallel tries must not all see the same old count.
    const count = (before && before.lockedUntil === 0 ? before.count : 0) + 1
    failures.set(login, { count, lockedUntil: count >= MAX_FAILURES ? now + LOCK_MS : 0 })
    const matches = await passwordMatches(password, hash)
    const account = byLogin.get(login)
    if (!matches || !account) return { kind: 'wrong' }
    failures.delete(login)
    return { kind: 'ok', account }
  }

  return { signIn, find: (sub) => bySub.get(sub) }
}
