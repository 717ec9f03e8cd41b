import { hkdfSync, randomBytes } from 'node:crypto'

import type { FastifyInstance } from 'fastify'
import type { CustomFetch } from 'openid-client'
import type { Provider } from 'oidc-provider'

import type { Clock } from '../../core/clock/clock.ts'
import {
  createAccounts,
  type Accounts,
  type ProviderAccount,
} from '../identity-provider/accounts.ts'
import { createProvider } from '../identity-provider/provider.ts'
import { createRelyingParty, type RelyingParty } from './relying-party.ts'

export interface IdentityOptions {
  readonly publicUrl: string
  readonly sessionKey: Buffer
  readonly clock: Clock
  readonly onError: (error: Error) => void
  readonly issuer:
    | {
        readonly kind: 'external'
        readonly url: string
        readonly clientId: string
        readonly clientSecret: string
      }
    | {
        readonly kind: 'embedded'
        readonly accounts: readonly ProviderAccount[]
        readonly password: string
      }
}

/** Where staff sign in: a real issuer, or the embedded one that lives in this process and is reached without a network. */
export interface Identity {
  readonly embedded?: { readonly provider: Provider; readonly accounts: Accounts }
  /** called by app.ts once it can answer for the embedded issuer */
  relyingParty(app: FastifyInstance): RelyingParty
}

export async function createIdentity(options: IdentityOptions): Promise<Identity> {
  const { publicUrl, issuer } = options
  const common = {
    redirectUri: `${publicUrl}/auth/callback`,
    postLogoutRedirectUri: `${publicUrl}/`,
  }
  if (issuer.kind === 'external') {
    const relyingParty = createRelyingParty({
      ...common,
      issuer: issuer.url,
      clientId: issuer.clientId,
      clientSecret: issuer.clientSecret,
    })
    return { relyingParty: () => relyingParty }
  }
  const client = { clientId: 'yichuang', clientSecret: randomBytes(32).toString('base64url') }
  const accounts = await createAccounts({
    accounts: issuer.accounts,
    password: issuer.password,
    clock: options.clock,
  })
  const provider = await createProvider({
    issuer: `${publicUrl}/oidc`,
    client: {
      ...client,
      redirectUris: [common.redirectUri],
      postLogoutRedirectUris: [common.postLogoutRedirectUri],
    },
    accounts,
    cookieKey: Buffer.from(hkdfSync('sha256', options.sessionKey, '', 'oidc-cookies', 32)).toString(
      'base64',
    ),
    interactionPath: (uid) => `/oidc/interaction/${uid}`,
    onError: options.onError,
  })
  return {
    embedded: { provider, accounts },
    relyingParty: (app) =>
      createRelyingParty({
        ...common,
        ...client,
        issuer: `${publicUrl}/oidc`,
        fetch: fetchInProcess(app),
      }),
  }
}

/** The server asks itself without leaving the process: PUBLIC_URL may only be known to the proxy in front. */
function fetchInProcess(app: FastifyInstance): CustomFetch {
  return async (url, options) => {
    const { pathname, search } = new URL(url)
    // The token request is a form; discovery and keys have no body.
    const payload = options.body instanceof URLSearchParams ? options.body.toString() : undefined
    const answer = await app.inject({
      method: options.method,
      url: pathname + search,
      headers: Object.fromEntries(new Headers(options.headers)),
      ...(payload === undefined ? {} : { payload }),
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(answer.headers))
      if (value !== undefined) headers.set(name, String(value))
    return new Response(answer.rawPayload.length === 0 ? null : new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers,
    })
  }
}
