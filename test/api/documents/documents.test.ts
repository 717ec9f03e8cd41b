import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createFileStore, type FileStore } from '../../../core/cases/file-store.ts'
import { queryCodeOf } from '../../../core/cases/case-access.ts'
import { listCaseEvents, touchCase } from '../../../core/cases/case-events.ts'
import { createCalendarSource } from '../../../core/clock/calendar.ts'
import { createPool } from '../../../core/database/pool.ts'
import type { DocumentKind } from '../../../core/documents/document-facts.ts'
import { getDocumentFile, listDocuments } from '../../../core/documents/documents.ts'
import { issueDocument } from '../../../core/documents/issue-document.ts'
import { createRenderer } from '../../../core/documents/render-document.ts'
import { verifyByCode, verifyPdf } from '../../../core/documents/verify-document.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import {
  givenCase,
  givenDistrict,
  givenOrderedPaper,
  givenVersion,
} from '../../support/document-cases.ts'
import { events, filed, type Happening } from '../../support/documents-builders.ts'
import { pdfText } from '../../support/pdf-text.ts'

const AT = new Date('2026-11-23T12:00:00+08:00')
const clock = { now: () => AT }
const QUERY_KEY = Buffer.alloc(32, 7)
const accepted: Happening = ['accepted', { mode: 'ordinary', tolerated: [] }]
const granted: Happening = ['decided', { decision: 'grant', mode: 'desk', text: '准予' }]

let database: TestDatabase
let root: string
let fileStore: FileStore
const rendererOn = (store: FileStore) =>
  createRenderer({
    fileStore: store,
    clock,
    publicUrl: 'https://hall.example.cn',
    queryKey: QUERY_KEY,
  })
let renderer: ReturnType<typeof rendererOn>

beforeAll(async () => {
  database = await createTestDatabase()
  await givenDistrict(database)
  root = mkdtempSync(join(tmpdir(), 'yichuang-documents-'))
  fileStore = createFileStore({ root })
  renderer = rendererOn(fileStore)
})
afterAll(async () => {
  await database.close()
  rmSync(root, { recursive: true, force: true })
})

const order = (caseId: string, kind: DocumentKind, cause = 'task-1') =>
  givenOrderedPaper(database, { caseId, kind, cause, at: AT })
const issue = (caseNo: string, kind: DocumentKind, by = renderer) =>
  issueDocument(
    { db: database.db, clock, calendar: createCalendarSource(database.db), renderer: by },
    { caseNo, kind, cause: `task of ${caseNo}` },
  )

const filesOnDisk = () =>
  readdirSync(root, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).length

describe('issueDocument', () => {
  const issuedOf = async (id: string) =>
    (await listCaseEvents(database.db, id)).flatMap((e) =>
      e.type === 'document-issued' ? [e.payload] : [],
    )

  it('issues one paper for one cause, however often it is asked', async () => {
    const { id, caseNo } = await givenCase(database, events(...filed(), accepted))
    await issue(caseNo, 'acceptance-notice')
    const [first] = await listDocuments(database.db, id)
    await issue(caseNo, 'acceptance-notice')
    expect(await listDocuments(database.db, id)).toEqual([first])
    expect(await issuedOf(id)).toEqual([
      {
        documentId: first?.id,
        kind: 'acceptance-notice',
        docNo: first?.docNo,
        sha256: first?.sha256,
      },
    ])
  })

  it('issues one paper to six who ask at the same moment, and leaves one file', async () => {
    const { id, caseNo } = await givenCase(database, events(...filed(), accepted))
    const before = filesOnDisk()
    await Promise.all(Array.from({ length: 6 }, () => issue(caseNo, 'acceptance-notice')))
    expect(await listDocuments(database.db, id)).toHaveLength(1)
    expect(await issuedOf(id)).toHaveLength(1)
    expect(filesOnDisk() - before).toBe(1)
  })

  it('collects the words anew, under the same number, when the case moves on while it prints', async () => {
    const { id, caseNo } = await givenCase(database, events(...filed(), accepted))
    const numbers: string[] = []
    const moving = {
      ...renderer,
      print: async (...of: Parameters<typeof renderer.print>) => {
        numbers.push(of[1].docNo)
        const stored = await renderer.print(...of)
        if (numbers.length === 1)
          await database.db.transaction(async (trx) => touchCase(trx, { id, caseNo }))
        return stored
      },
    }
    const before = filesOnDisk()
    await issue(caseNo, 'acceptance-notice', moving)
    expect(numbers).toHaveLength(2)
    expect(new Set(numbers).size).toBe(1)
    expect(await issuedOf(id)).toMatchObject([{ docNo: numbers[0] }])
    expect(filesOnDisk() - before).toBe(1)
  })

  it('leaves neither row nor event when the store fails', async () => {
    const { id, caseNo } = await givenCase(database, events(...filed(), accepted))
    const full = rendererOn({ ...fileStore, putBytes: () => Promise.reject(new Error('full')) })
    await expect(issue(caseNo, 'acceptance-notice', full)).rejects.toThrow('full')
    expect(await listDocuments(database.db, id)).toEqual([])
    expect(await issuedOf(id)).toEqual([])
  })
})

describe('composePaper', () => {
  it('numbers by organ word and year, without a number twice', async () => {
    const cases = []
    for (let i = 0; i < 8; i += 1)
      cases.push(await givenCase(database, events(...filed(), accepted)))
    await Promise.all(cases.map((c) => order(c.id, 'acceptance-notice')))
    const lists = await Promise.all(cases.map((c) => listDocuments(database.db, c.id)))
    const numbers = lists.map((list) => list[0]?.docNo ?? '')
    for (const number of numbers) expect(number).toMatch(/^穗天人社许受字〔2026〕\d{6}号$/)
    expect(new Set(numbers).size).toBe(8)
  })

  it('freezes due dates and the clerk from ledger, calendar and file', async () => {
    const { id } = await givenCase(database, events(...filed(), accepted))
    const { documentId } = await order(id, 'acceptance-notice')
    const row = (await database
      .db('document as d')
      .select('d.facts')
      .where('d.id', documentId)
      .first()) as {
      facts: { handler: string; organ: string; body: Record<string, unknown> }
    }
    expect(row.facts).toMatchObject({
      organ: '天河区人力资源和社会保障局',
      handler: 'TH0101',
      // 20 and 10 working days after Monday 2026-11-23
      body: { legalOn: '2026-12-21', promisedOn: '2026-12-07', acceptedOn: '2026-11-23' },
    })
  })

  it('orders the receipt under the number of the case', async () => {
    const { id, caseNo } = await givenCase(database, events(...filed()))
    await order(id, 'submission-receipt', 'submitted')
    expect(await listDocuments(database.db, id)).toMatchObject([
      { kind: 'submission-receipt', title: '收件凭证', docNo: `SJ-${caseNo}`, sha256: null },
    ])
  })

  it('refuses a paper the file gives no cause for, and leaves no number and no row', async () => {
    const { id } = await givenCase(database, events(...filed()))
    await expect(order(id, 'grant-decision')).rejects.toMatchObject({ code: 'ACT_NOT_ALLOWED' })
    expect(await listDocuments(database.db, id)).toEqual([])
  })

  it('prints no certificate without a row of the licence register', async () => {
    const { id } = await givenCase(database, events(...filed(), accepted, granted))
    await expect(order(id, 'licence')).rejects.toMatchObject({ code: 'ACT_NOT_ALLOWED' })
  })
})

describe('ensureRendered', () => {
  it('renders once for twenty callers of three renderers on two pools', async () => {
    const { id } = await givenCase(database, events(...filed(), accepted))
    const { documentId } = await order(id, 'acceptance-notice')
    const before = filesOnDisk()
    const other = createPool({ url: database.url, max: 4, applicationName: 'other pool' })
    const renderers = [renderer, rendererOn(fileStore), rendererOn(fileStore)]
    const done = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (renderers[i % 3] ?? renderer).ensureRendered(
          i % 3 === 0 ? database.db : other,
          documentId,
        ),
      ),
    ).finally(() => other.destroy())
    expect(new Set(done.map((d) => `${d.sha256} ${d.storageKey}`)).size).toBe(1)
    expect(filesOnDisk() - before).toBe(1)
  })

  it('stores the bytes it hashed, with the query code that no row holds', async () => {
    const { id, caseNo } = await givenCase(database, events(...filed(), accepted))
    const { documentId } = await order(id, 'acceptance-notice')
    const done = await renderer.ensureRendered(database.db, documentId)
    const pdf = await buffer(fileStore.read(done.storageKey))
    expect(createHash('sha256').update(pdf).digest('hex')).toBe(done.sha256)
    expect(pdf.length).toBe(done.sizeBytes)
    expect(done).toMatchObject({ documentId, caseId: id, kind: 'acceptance-notice' })
    const code = queryCodeOf(QUERY_KEY, caseNo)
    expect(pdfText(pdf)).toContain(`查询密码${code}`)
    const rows = await database.db('document as d').whereRaw('d.facts::text like ?', [`%${code}%`])
    expect(rows).toEqual([])
  })

  it('leaves the row untouched when the store fails, and succeeds on the next try with the same bytes', async () => {
    const { id } = await givenCase(database, events(...filed(), accepted))
    const { documentId } = await order(id, 'acceptance-notice')
    // The crash between file and row: the file is written, then the process is gone.
    let orphan = ''
    const crashing: FileStore = {
      ...fileStore,
      putBytes: async (bytes) => {
        orphan = (await fileStore.putBytes(bytes)).sha256
        throw new Error('killed')
      },
    }
    await expect(rendererOn(crashing).ensureRendered(database.db, documentId)).rejects.toThrow(
      'killed',
    )
    expect((await listDocuments(database.db, id))[0]?.sha256).toBeNull()
    const done = await renderer.ensureRendered(database.db, documentId)
    expect(done.sha256).toBe(orphan)
  })

  it('prints the own template of the version the case was filed under, in the frame of the house', async () => {
    await givenVersion(database.ownerDb, 2, {
      'acceptance-notice':
        '#let body(d, h) = par[本事项自有文本：#d.applicant.name，#(h.day)(d.body.acceptedOn)]',
    })
    const own = await givenCase(database, events(...filed(), accepted), 2)
    const house = await givenCase(database, events(...filed(), accepted), 1)
    const text = async (caseId: string) => {
      const { documentId } = await order(caseId, 'acceptance-notice')
      const { storageKey } = await renderer.ensureRendered(database.db, documentId)
      return pdfText(await buffer(fileStore.read(storageKey)))
    }
    const ownText = await text(own.id)
    expect(ownText).toContain('本事项自有文本：广州示例劳务有限公司，2026年11月23日')
    expect(ownText).toContain('(行政许可专用章)')
    expect(await text(house.id)).toContain('材料齐全、符合法定形式')
  })
})

describe('getDocumentFile', () => {
  it('makes a receipt on its first download', async () => {
    const { id } = await givenCase(database, events(...filed()))
    const { documentId } = await order(id, 'submission-receipt', 'submitted')
    const file = await getDocumentFile(database.db, renderer, { caseId: id, documentId })
    expect((await listDocuments(database.db, id))[0]?.sha256).toBe(file.sha256)
  })

  it.each(['00000000-0000-4000-8000-00000000dead', "' or 1=1"])(
    'does not find %s',
    async (documentId) => {
      const { id } = await givenCase(database, events(...filed()))
      await expect(
        getDocumentFile(database.db, renderer, { caseId: id, documentId }),
      ).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' })
    },
  )

  it('does not find the paper of another case', async () => {
    const mine = await givenCase(database, events(...filed()))
    const theirs = await givenCase(database, events(...filed()))
    const { documentId } = await order(theirs.id, 'submission-receipt', 'submitted')
    await expect(
      getDocumentFile(database.db, renderer, { caseId: mine.id, documentId }),
    ).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' })
  })
})

describe('verification', () => {
  it('shows masked facts and the digest, and knows the stored bytes from others', async () => {
    const { id, caseNo } = await givenCase(database, events(...filed(), accepted))
    const { documentId } = await order(id, 'acceptance-notice')
    const code = (await listDocuments(database.db, id))[0]?.verifyCode ?? ''
    expect(await verifyByCode(database.db, code, '2026-11-24')).toMatchObject({ state: 'ordered' })
    const { sha256, storageKey } = await renderer.ensureRendered(database.db, documentId)
    const typed = ` ${code.slice(0, 8).toLowerCase()}-${code.slice(8)} `
    const found = await verifyByCode(database.db, typed, '2026-11-24')
    expect(found).toMatchObject({ state: 'issued', caseNo, sha256, title: '受理通知书' })
    const pdf = await buffer(fileStore.read(storageKey))
    expect(await verifyPdf(database.db, code, pdf)).toBe(true)
    expect(await verifyPdf(database.db, code, Buffer.concat([pdf, Buffer.from(' ')]))).toBe(false)
  })

  it('follows the register: a certificate is valid, then expired, then revoked', async () => {
    const { id } = await givenCase(database, events(...filed(), accepted, granted))
    await database.db('licence').insert({
      case_id: id,
      licence_no: '穗天人社证〔2026〕000001号',
      name: '劳务派遣经营许可证',
      valid_from: '2026-11-23',
      valid_until: '2029-11-22',
    })
    const { documentId } = await order(id, 'licence')
    await renderer.ensureRendered(database.db, documentId)
    const [paper] = await listDocuments(database.db, id)
    const state = async (day: string) =>
      (await verifyByCode(database.db, paper?.verifyCode ?? '', day))?.state
    expect(paper).toMatchObject({
      docNo: '穗天人社证〔2026〕000001号',
      title: '劳务派遣经营许可证',
    })
    expect(await state('2029-11-22')).toBe('valid')
    expect(await state('2029-11-23')).toBe('expired')
    await database.db('licence').where({ case_id: id }).update({ state: 'revoked' })
    expect(await state('2029-11-22')).toBe('revoked')
  })

  it.each(['ABCDEFGHJKMNPQRS', 'short', "' or 1=1 --"])(
    'knows no paper with code %s',
    async (code) => {
      expect(await verifyByCode(database.db, code, '2026-11-24')).toBeUndefined()
      expect(await verifyPdf(database.db, code, Buffer.from('x'))).toBe(false)
    },
  )
})
