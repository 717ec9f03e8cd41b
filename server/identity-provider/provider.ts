import { exportJWK, generateKeyPair } from 'jose'
import { Provider, type KoaContext } from 'oidc-provider'

import type { Accounts } from './accounts.ts'
import { createMemoryAdapter } from './memory-adapter.ts'
import { refusedPage, signedOutPage, signOutPage, SUBMIT_SCRIPT_HASH } from './pages.ts'

export interface ProviderClient {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
}

export interface ProviderOptions {
  readonly issuer: string
  readonly client: ProviderClient
  readonly accounts: Accounts
  /** signs the provider's cookies */
  readonly cookieKey: string
  readonly onError: (error: Error) => void
  /** path of the sign-in page, given the interaction's uid */
  readonly interactionPath: (uid: string) => string
}

/**
 * A standard OIDC issuer for an installation that has none: authorization code with PKCE only, keys made at start, one
 * client (ourselves). With OIDC_ISSUER set it does not exist at all.
 */
export async function createProvider(options: ProviderOptions): Promise<Provider> {
  const { issuer, client, accounts } = options
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'start' }
  const provider = new Provider(issuer, {
    adapter: createMemoryAdapter(),
    jwks: { keys: [key] },
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: client.redirectUris,
        post_logout_redirect_uris: client.postLogoutRedirectUris,
        response_types: ['code'],
        grant_types: ['authorization_code'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    // Nothing but the subject: an ID token travels in the address of the sign-out (id_token_hint).
    claims: { openid: ['sub'] },
    scopes: ['openid'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    cookies: {
      keys: [options.cookieKey],
      names: { session: 'oidc_session', interaction: 'oidc_step', resume: 'oidc_resume' },
      long: { signed: true, httpOnly: true, sameSite: 'lax', overwrite: true, path: '/oidc' },
      short: { signed: true, httpOnly: true, sameSite: 'lax', overwrite: true },
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx: KoaContext, form: string) =>
          show(ctx, signOutPage(form), SUBMIT_SCRIPT_HASH),
        postLogoutSuccessSource: (ctx: KoaContext) => show(ctx, signedOutPage()),
      },
    },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      IdToken: 300,
      Interaction: 900,
      Grant: 43_200,
      Session: 43_200,
    },
    interactions: {
      url: (_ctx: KoaContext, interaction: { uid: string }) =>
        options.interactionPath(interaction.uid),
    },
    findAccount: (_ctx: KoaContext, sub: string) => {
      const account = accounts.find(sub)
      return account && { accountId: sub, claims: async () => ({ sub }) }
    },
    loadExistingGrant: grantToOurselves,
    renderError: (ctx: KoaContext, out: { error: string }) => show(ctx, refusedPage(out.error)),
  })
  // The mount writes host and protocol of PUBLIC_URL itself, so these headers are ours (mount.ts).
  provider.proxy = true
  provider.on('server_error', (_ctx, error) => options.onError(error))
  return provider
}

/** The one client is the office itself: asking a clerk to consent to their own desk would be theatre. */
async function grantToOurselves(ctx: KoaContext) {
  const { provider, client, session } = ctx.oidc
  if (!client || !session?.accountId) return undefined
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid')
  await grant.save()
  return grant
}

function show(ctx: KoaContext, body: string, scriptHash = "'none'"): void {
  ctx.type = 'html'
  ctx.set(
    'content-security-policy',
    `default-src 'none'; style-src 'unsafe-inline'; script-src ${scriptHash}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  )
  ctx.set('x-content-type-options', 'nosniff')
  ctx.set('referrer-policy', 'no-referrer')
  ctx.body = body
}
