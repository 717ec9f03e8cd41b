import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createHttpClient } from '../../../scripts/demo/http-client.ts'
import { addValidators } from '../../../server/plugins/validators.ts'
import { createAccounts } from '../../../server/identity-provider/accounts.ts'
import { mountIdentityProvider } from '../../../server/identity-provider/mount.ts'
import { createProvider } from '../../../server/identity-provider/provider.ts'
import { safeReturnTo } from '../../../server/session/return-to.ts'
import { freePort } from '../../support/postgres.setup.ts'
import { systemClock } from '../../../core/clock/clock.ts'
import { bodyOf, openHouse, PASSWORD, type House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ items: [] })
})
afterAll(() => house.close())

async function openForm(base: string, path = '/auth/login') {
  const http = createHttpClient({ base })
  const { answer, url } = await http.browse(path)
  const action = /<form[^>]*action="([^"]+)"/.exec(answer.text)?.[1]
  if (action === undefined) throw new Error(`no form: ${answer.status} ${answer.text}`)
  return { http, action: new URL(action, url).href }
}

const submit = (form: Awaited<ReturnType<typeof openForm>>, login: string, password: string) =>
  form.http.browse(form.action, { method: 'POST', form: { login, password } })

describe('signing in', () => {
  it('by code and PKCE leads back and gives a session with posts', async () => {
    const form = await openForm(house.publicUrl, '/auth/login?returnTo=/api/session')
    const { answer, url } = await submit(form, 'window1', PASSWORD)
    expect(url.pathname).toBe('/api/session')
    const session = bodyOf<{ person: object; posts: { post: string }[] }>(answer)
    expect(session.person).toEqual({ staffNo: 'TH0101', name: '方雨晴' })
    expect(session.posts.map((p) => p.post)).toEqual(['POST-ACCEPTANCE'])
  })

  it('keeps everything in HttpOnly cookies and leaves for the issuer with S256 and a nonce', async () => {
    const login = await house.http.send('/auth/login')
    expect(String(login.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax/)
    const query = new URL(String(login.headers['location'])).searchParams
    expect(query.get('code_challenge_method')).toBe('S256')
    expect(query.get('response_type')).toBe('code')
    expect(query.get('nonce')?.length).toBeGreaterThan(20)
  })

  it('makes a new session each time and ends the one before', async () => {
    const first = await house.signIn('window1')
    const before = await sessions()
    const again = await first.http.browse('/auth/login')
    expect(again.answer.status).toBe(200)
    expect(await sessions()).toBe(before)
    const after = await first.http.json<{ csrfToken: string }>('/api/session')
    expect(after.csrfToken).not.toBe(first.headers['x-csrf-token'])
  })

  it('with a wrong password says so without saying what was wrong', async () => {
    const form = await openForm(house.publicUrl)
    const wrong = await submit(form, 'window2', 'not the password')
    const unknown = await submit(form, 'nobody', 'not the password')
    expect(wrong.answer.status).toBe(401)
    expect(unknown.answer.status).toBe(401)
    expect(wrong.answer.text.replace('window2', '')).toBe(unknown.answer.text.replace('nobody', ''))
  })

  it('locks a login after five wrong passwords, and opens after 15 minutes', async () => {
    const form = await openForm(house.publicUrl)
    for (let i = 0; i < 5; i += 1)
      expect((await submit(form, 'chief1', `wrong ${i}`)).answer.status).toBe(401)
    expect((await submit(form, 'chief1', PASSWORD)).answer.status).toBe(429)
    house.time.offsetMs += 15 * 60_000 + 1
    expect((await submit(await openForm(house.publicUrl), 'chief1', PASSWORD)).answer.status).toBe(
      200,
    )
  })

  it('does not follow a callback that was not begun in this browser', async () => {
    const stranger = createHttpClient({ base: house.publicUrl })
    const answer = await stranger.send('/auth/callback?code=stolen&state=x')
    expect(answer.status).toBe(400)
    const begun = createHttpClient({ base: house.publicUrl })
    await begun.send('/auth/login')
    expect((await begun.send('/auth/callback?code=stolen&state=x')).status).toBe(400)
    expect(answer.headers['set-cookie']).not.toContain('yichuang_session=')
  })

  it('shows a form that no other site can frame, script or post from', async () => {
    const { answer } = await createHttpClient({ base: house.publicUrl }).browse('/auth/login')
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("script-src 'none'")
    expect(policy).toContain("form-action 'self'")
  })
})

describe('signing out', () => {
  it('ends the session here and at the issuer', async () => {
    const clerk = await house.signIn('window1')
    const out = await clerk.post<{ signOutUrl: string }>('/auth/logout')
    expect((await clerk.http.json<{ signedIn: boolean }>('/api/session')).signedIn).toBe(false)
    const { answer, url } = await clerk.http.browse(out.signOutUrl)
    const action = /action="([^"]+)"/.exec(answer.text)?.[1] ?? ''
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? ''
    const done = await clerk.http.browse(new URL(action, url).href, {
      method: 'POST',
      form: { xsrf, logout: 'yes' },
    })
    expect(done.url.href).toBe(`${house.publicUrl}/`)
    // The issuer asks again.
    expect((await clerk.http.browse('/auth/login')).answer.text).toContain('name="password"')
  })
})

describe('where to go after sign-in', () => {
  it.each([
    ['/desk?x=1#y', '/desk?x=1#y'],
    ['//evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['https://evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['/auth/login', '/'],
    ['/oidc/session/end', '/'],
    [undefined, '/'],
  ])('%s becomes %s', (asked, expected) => {
    expect(safeReturnTo(asked)).toBe(expected)
  })
})

describe('a real issuer', () => {
  it('is configuration: another provider on another port signs the same people in', async () => {
    const [issuerPort, housePort] = [await freePort(), await freePort()]
    const issuer = await openIssuer(issuerPort, `http://127.0.0.1:${housePort}`)
    const other = await openHouse({
      items: [],
      port: housePort,
      issuer: { kind: 'external', url: issuer.url, clientId: 'office', clientSecret: 's3cret' },
    })
    try {
      const form = await openForm(other.publicUrl, '/auth/login?returnTo=/api/session')
      expect(new URL(form.action).port).toBe(String(issuerPort))
      const { answer } = await submit(form, 'c.reviewer', 'another password')
      expect(bodyOf<{ person: object }>(answer).person).toEqual({
        staffNo: 'TH0203',
        name: '梁晓岚',
      })
      expect((await other.http.send('/oidc/auth')).status).toBe(404)
      // Known to the issuer, unknown to the office.
      const stranger = await submit(await openForm(other.publicUrl), 'stranger', 'another password')
      expect(stranger.answer.status).toBe(403)
    } finally {
      await other.close()
      await issuer.app.close()
    }
  })
})

async function openIssuer(
  port: number,
  houseUrl: string,
): Promise<{ app: FastifyInstance; url: string }> {
  const publicUrl = `http://127.0.0.1:${port}`
  const accounts = await createAccounts({
    accounts: [
      { login: 'c.reviewer', sub: 'demo|reviewer1', name: '梁晓岚' },
      { login: 'stranger', sub: 'stranger', name: '陌生人' },
    ],
    password: 'another password',
    clock: systemClock,
  })
  const provider = await createProvider({
    issuer: `${publicUrl}/oidc`,
    client: {
      clientId: 'office',
      clientSecret: 's3cret',
      redirectUris: [`${houseUrl}/auth/callback`],
      postLogoutRedirectUris: [`${houseUrl}/`],
    },
    accounts,
    cookieKey: 'of the other house',
    interactionPath: (uid) => `/oidc/interaction/${uid}`,
    onError: (error) => {
      throw error
    },
  })
  const app = fastify()
  addValidators(app)
  await app.register(mountIdentityProvider, {
    prefix: '/oidc',
    provider,
    accounts,
    publicUrl,
    rateLimit: 0,
  })
  await app.listen({ host: '127.0.0.1', port })
  return { app, url: `${publicUrl}/oidc` }
}

async function sessions(): Promise<number> {
  return (await house.db('staff_session')).length
}
