import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { DEMO_STAFF } from '../../../core/identity/demo-staff.ts'
import { BELIEVED_MS } from '../../../core/identity/sessions.ts'
import { describeApi, type ApiDescription } from '../../../server/describe-api.ts'
import { bodyOf, openHouse, type House } from './house.ts'

let house: House
let api: ApiDescription
type Clerk = Awaited<ReturnType<House['signIn']>>
const clerks = new Map<string, Clerk>()

beforeAll(async () => {
  house = await openHouse({ items: ['flex-pension', 'labour-dispatch'] })
  api = await describeApi()
  for (const { login } of DEMO_STAFF) clerks.set(login, await house.signIn(login))
}, 180_000)
afterAll(() => house.close())

const clerk = (login: string): Clerk => {
  const found = clerks.get(login)
  if (found === undefined) throw new Error(`no ${login}`)
  return found
}

/** Every staff door of the description, with a path that could exist. */
function staffDoors(): { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; path: string }[] {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    /^\/api\/(desk|designer)\//.test(path)
      ? Object.keys(methods).map((method) => ({
          method: method.toUpperCase() as 'GET',
          path: path
            .replace('{caseNo}', 'TH261123-0001')
            .replace('{code}', 'FLEX-PENSION')
            .replace('{version}', '1')
            .replace(/\{(fileId|id)\}/, '00000000-0000-4000-8000-000000000000'),
        }))
      : [],
  )
}

describe('every staff door', () => {
  it('is shut to whoever has no session', async () => {
    const doors = staffDoors()
    expect(doors.length).toBeGreaterThan(25)
    for (const { method, path } of doors) {
      const answer = await house.http.send(path, { method })
      expect(`${method} ${path} ${answer.status}`).toBe(`${method} ${path} 401`)
      expect(bodyOf(answer)['code']).toBe('SIGN_IN_REQUIRED')
    }
  })

  it('is shut to a forged cookie and to an ended session', async () => {
    const forged = { cookie: 'yichuang_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }
    expect((await fetch(`${house.publicUrl}/api/desk/inbox`, { headers: forged })).status).toBe(401)
    const { http } = await house.signIn('window2')
    await house.db('staff_session').update({ seen_at: new Date(Date.now() - 31 * 60_000) })
    await sleep(BELIEVED_MS)
    expect((await http.send('/api/desk/inbox')).status).toBe(401)
    await house.db('staff_session').update({ seen_at: new Date() })
  })

  it('that changes something demands the CSRF token and our own Origin', async () => {
    const { http, headers } = clerk('window1')
    const token = headers['x-csrf-token'] ?? ''
    const changing = staffDoors().filter(({ method }) => method !== 'GET')
    for (const { method, path } of changing)
      for (const bad of [
        {},
        { 'x-csrf-token': 'wrong' },
        { 'x-csrf-token': clerk('window2').headers['x-csrf-token'] ?? '' },
        { 'x-csrf-token': token, origin: 'https://evil.example' },
        { 'x-csrf-token': token, origin: 'null' },
      ] as Record<string, string>[]) {
        const answer = await http.send(path, { method, headers: bad })
        expect(`${method} ${path} ${bodyOf(answer)['code'] as string}`).toBe(
          `${method} ${path} CSRF_TOKEN_MISSING`,
        )
      }
  })
})

describe('rights by post', () => {
  it.each(DEMO_STAFF.map(({ login, post }) => [login, post]))(
    '%s (%s) enters only the rooms of the post',
    async (login, post) => {
      const { http } = clerk(login)
      const status = async (path: string) => (await http.send(path)).status
      expect({
        inbox: await status('/api/desk/inbox'),
        designer: await status('/api/designer/items'),
        incidents: await status('/api/desk/incidents'),
      }).toEqual({
        inbox: 200,
        designer: post === 'POST-DESIGNER' ? 200 : 403,
        incidents: post === 'POST-OPERATOR' ? 200 : 403,
      })
    },
  )

  it('let exactly the acceptance clerks of the hall claim a task of acceptance', async () => {
    const { caseNo } = await house.givenFiled('labour-dispatch', 'grant-with-tolerance')
    for (const { login, post } of DEMO_STAFF) {
      const taskId = await house.givenTask(caseNo, 'Task_Accept')
      const { http, headers } = clerk(login)
      const answer = await http.send(`/api/desk/tasks/${taskId}/claim`, { method: 'POST', headers })
      expect(`${login} ${answer.status}`).toBe(`${login} ${post === 'POST-ACCEPTANCE' ? 200 : 403}`)
      if (answer.status !== 200) expect(bodyOf(answer)['code']).toBe('NOT_YOUR_POST')
    }
  })

  it('let nobody act on a task held by a colleague, and let only the holder release it', async () => {
    const { caseNo } = await house.givenFiled('labour-dispatch', 'grant-with-tolerance')
    const taskId = await house.givenTask(caseNo, 'Task_Accept')
    await clerk('window1').post(`/api/desk/tasks/${taskId}/claim`)
    const { http, headers } = clerk('window2')
    const act = await http.send(`/api/desk/tasks/${taskId}/accept`, {
      method: 'POST',
      headers,
      json: { outcome: 'accept' },
    })
    expect(bodyOf(act)['code']).toBe('TASK_TAKEN')
    const release = await http.send(`/api/desk/tasks/${taskId}/release`, {
      method: 'POST',
      headers,
    })
    expect(bodyOf(release)['code']).toBe('TASK_TAKEN')
    await clerk('window1').post(`/api/desk/tasks/${taskId}/release`)
  })

  it('hide a case file from offices that have no part in it, and audit those who read', async () => {
    const { caseNo, form } = await house.givenFiled('labour-dispatch', 'grant-with-tolerance')
    await house.givenTask(caseNo, 'Task_Accept')
    const readers: string[] = []
    for (const { login } of DEMO_STAFF) {
      const answer = await clerk(login).http.send(`/api/desk/cases/${caseNo}`)
      if (answer.status === 200) readers.push(login)
      else expect(bodyOf(answer)['code']).toBe('CASE_NOT_FOUND')
    }
    expect(readers.sort()).toEqual(
      DEMO_STAFF.filter(
        ({ unit, post }) => unit === 'TH-HRSS' || ['POST-ACCEPTANCE', 'POST-ISSUER'].includes(post),
      )
        .filter(({ login }) => mayWork(login))
        .map(({ login }) => login)
        .sort(),
    )
    const audited: unknown[] = await house.db('audit').where({ subject: caseNo, act: 'case.read' })
    expect(audited).toHaveLength(readers.length)
    const file = await clerk('window1').get<{ form: object; tasks: { act: string }[] }>(
      `/api/desk/cases/${caseNo}`,
    )
    expect(file.form).toEqual(form)
    expect(file.tasks.map((t) => t.act)).toEqual(['accept'])
  })

  it('let a clerk lodge only where the clerk accepts applications', async () => {
    const lodge = (login: string, itemCode: string, channel: string) => {
      const { http, headers } = clerk(login)
      return http.send('/api/desk/drafts', {
        method: 'POST',
        headers,
        json: { itemCode, channel },
      })
    }
    expect((await lodge('window1', 'LABOUR-DISPATCH', 'window')).status).toBe(201)
    expect((await lodge('street1', 'FLEX-PENSION', 'street')).status).toBe(201)
    expect((await lodge('window1', 'FLEX-PENSION', 'street')).status).toBe(403)
    expect((await lodge('examiner1', 'LABOUR-DISPATCH', 'window')).status).toBe(403)
    const own = bodyOf<{ draftId: string }>(await lodge('window1', 'LABOUR-DISPATCH', 'window'))
    expect((await clerk('window1').http.send(`/api/desk/drafts/${own.draftId}`)).status).toBe(200)
    expect((await clerk('window2').http.send(`/api/desk/drafts/${own.draftId}`)).status).toBe(404)
  })
})

/** Posts that some step of the labour item names. */
function mayWork(login: string): boolean {
  const post = DEMO_STAFF.find((p) => p.login === login)?.post ?? ''
  return labourPosts.has(post)
}
const labourPosts = new Set<string>()
beforeAll(async () => {
  const rows = await house
    .db('step_right')
    .where({ item_code: 'LABOUR-DISPATCH' })
    .pluck<string[]>('post_code')
  for (const post of rows) labourPosts.add(post)
})
