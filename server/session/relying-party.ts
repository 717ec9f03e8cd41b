import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  customFetch,
  discovery,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
  type CustomFetch,
} from 'openid-client'

export interface RelyingPartyOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  readonly postLogoutRedirectUri: string
  /** for the embedded issuer, which lives in this very process */
  readonly fetch?: CustomFetch
}

/** What must come back unchanged from the browser between leaving for the issuer and returning. */
export interface PendingSignIn {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface RelyingParty {
  begin(): Promise<{ readonly url: string; readonly pending: PendingSignIn }>
  /** @throws when the issuer refuses or an answer does not belong to `pending` */
  finish(
    currentUrl: URL,
    pending: PendingSignIn,
  ): Promise<{ readonly subject: string; readonly idToken: string }>
  signOutUrl(idToken: string | undefined): Promise<string>
}

/** Who it is; name and posts are the office's own tables. */
const SCOPE = 'openid'
const TIMEOUT_SECONDS = 10

/** OIDC authorization code + PKCE (RFC 7636) with state and nonce. The issuer may be away at start: it is asked at need. */
export function createRelyingParty(options: RelyingPartyOptions): RelyingParty {
  let discovered: Promise<Configuration> | undefined

  function configuration(): Promise<Configuration> {
    discovered ??= discover(options).catch((error: unknown) => {
      discovered = undefined
      throw new Error('the sign-in issuer cannot be reached', { cause: error })
    })
    return discovered
  }

  async function begin() {
    const pending = {
      state: randomState(),
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
    }
    const url = buildAuthorizationUrl(await configuration(), {
      redirect_uri: options.redirectUri,
      scope: SCOPE,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
    })
    return { url: url.href, pending }
  }

  async function finish(currentUrl: URL, pending: PendingSignIn) {
    const tokens = await authorizationCodeGrant(await configuration(), currentUrl, {
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      pkceCodeVerifier: pending.verifier,
      idTokenExpected: true,
    })
    const subject = tokens.claims()?.sub
    if (subject === undefined || tokens.id_token === undefined)
      throw new Error('the issuer sent no subject')
    return { subject, idToken: tokens.id_token }
  }

  async function signOutUrl(idToken: string | undefined): Promise<string> {
    const config = await configuration()
    // Not every issuer offers RP-initiated logout; our own session has ended all the same.
    if (config.serverMetadata().end_session_endpoint === undefined)
      return options.postLogoutRedirectUri
    return buildEndSessionUrl(config, {
      post_logout_redirect_uri: options.postLogoutRedirectUri,
      ...(idToken === undefined ? {} : { id_token_hint: idToken }),
    }).href
  }

  return { begin, finish, signOutUrl }
}

function discover(options: RelyingPartyOptions): Promise<Configuration> {
  const issuer = new URL(options.issuer)
  return discovery(issuer, options.clientId, {}, ClientSecretBasic(options.clientSecret), {
    timeout: TIMEOUT_SECONDS,
    // A plain-http issuer is for one machine only; main refuses any other (config.ts).
    execute: issuer.protocol === 'http:' ? [allowInsecureRequests] : [],
    ...(options.fetch ? { [customFetch]: options.fetch } : {}),
  })
}
