/** A citizen at the hall: files online, later proves the case by number + query code. Also files for a clerk's counter draft. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { CaseReceipt, FormData as FormAnswers, Transport } from '../../contracts/filing.ts'
import type { ScenarioMaterials } from '../../contracts/scenario.ts'
import type { StatusView } from '../../contracts/status-view.ts'
import { createHttpClient, type HttpClient } from './http-client.ts'
import { sampleFile } from './sample-files.ts'

export interface Filing {
  readonly itemCode: string
  readonly form: FormAnswers
  readonly transport: Transport
  readonly materials: ScenarioMaterials
}

export interface DraftDoor {
  readonly draftId: string
  readonly draftToken: string
}

export interface CitizenOptions {
  readonly base: string
  readonly dispatcher?: Dispatcher
}

export function createCitizen({ base, dispatcher }: CitizenOptions) {
  const http = createHttpClient({ base, ...(dispatcher === undefined ? {} : { dispatcher }) })

  async function startDraft(itemCode: string): Promise<DraftDoor> {
    return http.json('/api/hall/drafts', { method: 'POST', json: { itemCode, channel: 'online' } })
  }

  /** Fills a draft in (one's own, or one a clerk opened) and files it. */
  async function file(door: DraftDoor, filing: Filing, key: string): Promise<CaseReceipt> {
    const headers = { 'x-draft-token': door.draftToken }
    const path = `/api/hall/drafts/${door.draftId}`
    await http.json(path, {
      method: 'PUT',
      headers,
      json: { form: filing.form, transport: filing.transport },
    })
    for (const { code, files } of filing.materials) {
      for (const { name, kind } of files)
        await upload(http, `${path}/materials/${code}`, headers, name, kind)
    }
    return http.json(`${path}/submit`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': key },
    })
  }

  async function open(receipt: CaseReceipt) {
    const { token } = await http.json<{ token: string }>('/api/hall/case-access', {
      method: 'POST',
      json: { caseNo: receipt.caseNo, queryCode: receipt.queryCode },
    })
    return caseOf(http, receipt.caseNo, token)
  }

  return { http, startDraft, file, open }
}

export type Citizen = ReturnType<typeof createCitizen>

function caseOf(http: HttpClient, caseNo: string, token: string) {
  const headers = { authorization: `Bearer ${token}` }
  const path = `/api/hall/cases/${caseNo}`
  const status = () => http.json<StatusView>(`${path}/status`, { headers })

  /** Polls with ETag until the status fits; what a page does when it has no event stream. */
  async function waitFor(
    what: string,
    fits: (view: StatusView) => boolean,
    patienceMs = 60_000,
  ): Promise<StatusView> {
    let etag = ''
    const until = performance.now() + patienceMs
    for (let pause = 20; performance.now() < until; pause = Math.min(pause * 1.5, 400)) {
      const answer = await http.send(`${path}/status`, {
        headers: etag === '' ? headers : { ...headers, 'if-none-match': etag },
      })
      if (answer.status === 200) {
        etag = String(answer.headers['etag'] ?? '')
        const view = JSON.parse(answer.text) as StatusView
        if (fits(view)) return view
      } else if (answer.status !== 304)
        throw new Error(`status of ${caseNo}: ${answer.status} ${answer.text}`)
      await sleep(pause)
    }
    const last = await status()
    throw new Error(
      `${caseNo} waited ${patienceMs / 1000} s for ${what}; it is ${last.status} at ${JSON.stringify(last.where.map((w) => w.step))}`,
    )
  }

  async function uploadAll(materials: ScenarioMaterials): Promise<void> {
    for (const { code, files } of materials) {
      for (const { name, kind } of files)
        await upload(http, `${path}/materials/${code}`, headers, name, kind)
    }
  }

  const act = (name: string, key: string, json: unknown) =>
    http.json(`${path}/${name}`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': key },
      json,
    })
  const documents = async () =>
    (
      await http.json<{ documents: { id: string; kind: string; docNo: string }[] }>(
        `${path}/documents`,
        { headers },
      )
    ).documents

  /** @returns the PDF's size; throws when it is no PDF */
  async function download(documentId: string): Promise<number> {
    const answer = await http.send(`${path}/documents/${documentId}/file`, { headers })
    if (answer.status !== 200 || !answer.text.startsWith('%PDF-'))
      throw new Error(`document ${documentId}: ${answer.status}, no PDF`)
    return answer.text.length
  }

  return { caseNo, status, waitFor, uploadAll, act, documents, download }
}

export type OpenCase = ReturnType<typeof caseOf>

let uploads = 0

async function upload(
  http: HttpClient,
  path: string,
  headers: Record<string, string>,
  name: string,
  kind: 'pdf' | 'png' | 'jpg',
): Promise<void> {
  uploads += 1
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(sampleFile(kind, `${name} ${uploads}`))]), name)
  const encoded = new Response(form)
  await http.json(path, {
    method: 'POST',
    headers: { ...headers, 'content-type': encoded.headers.get('content-type') ?? '' },
    body: new Uint8Array(await encoded.arrayBuffer()),
  })
}
