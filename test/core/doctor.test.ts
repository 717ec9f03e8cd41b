import { createRequire } from 'node:module'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tmpdir } from 'node:os'

import { afterEach, describe, expect, it } from 'vitest'

import { wordsOf } from '../../scripts/doctor/finding.ts'
import { fontCovers } from '../../scripts/doctor/font-coverage.ts'
import { checkFileStore } from '../../scripts/doctor/machine.ts'
import { checkEngine, checkIssuer, checkPartners } from '../../scripts/doctor/network.ts'

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))))
})

describe('the doctor on fonts', () => {
  const require = createRequire(import.meta.url)
  const bundled = readFileSync(
    join(
      dirname(require.resolve('@expo-google-fonts/noto-serif-sc/package.json')),
      '400Regular/NotoSerifSC_400Regular.ttf',
    ),
  )

  it('finds common characters in the bundled font, and not the rare ones', () => {
    expect([...'政务服务Aé，'].filter((c) => !fontCovers(bundled, c))).toEqual([])
    expect(fontCovers(bundled, '𠮷')).toBe(false)
  })

  it('looks into a collection of fonts', () => {
    const collection = asCollection(bundled)
    expect([...'政务服务Aé，'].filter((c) => !fontCovers(collection, c))).toEqual([])
    expect(fontCovers(collection, '𠮷')).toBe(false)
  })
})

describe('the doctor on the engine', () => {
  it('is content with one that knows both tokens and refuses strangers', async () => {
    const ENGINE_URL = await engine({ tokens: ['api', 'worker'] })
    const env = { ENGINE_URL, ENGINE_API_TOKEN: 'api', ENGINE_WORKER_TOKEN: 'worker' }
    expect(await checkEngine(env)).toMatchObject({ status: 'ok', en: 'camunda 7.24.0 answers' })
  })

  it('fails one that lets strangers in', async () => {
    const ENGINE_URL = await engine({ tokens: [] })
    expect(await checkEngine({ ENGINE_URL })).toMatchObject({
      status: 'fail',
      en: 'the engine asks for no token',
    })
  })

  it('names the token that is wrong', async () => {
    const ENGINE_URL = await engine({ tokens: ['api'] })
    const env = { ENGINE_URL, ENGINE_API_TOKEN: 'api', ENGINE_WORKER_TOKEN: 'other' }
    const finding = await checkEngine(env)
    expect(finding.status).toBe('fail')
    expect(finding.en).toContain('ENGINE_WORKER_TOKEN')
  })
})

describe('the doctor on the rest', () => {
  it('fails an issuer that calls itself by another name', async () => {
    const url = await serve((path) =>
      path === '/.well-known/openid-configuration'
        ? [200, JSON.stringify({ issuer: 'https://other.example' })]
        : [404, ''],
    )
    expect(await checkIssuer({ OIDC_ISSUER: url })).toMatchObject({ status: 'fail' })
  })

  it('takes any answer of a partner as reachable, and silence as not', async () => {
    const EMS_URL = await serve(() => [405, ''])
    const findings = await checkPartners({
      EMS_URL,
      SMS_URL: 'http://127.0.0.1:9/',
      SMTP_PORT: '9',
    })
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['partner-ems', 'ok'],
      ['partner-sms', 'fail'],
      ['partner-mail', 'fail'],
    ])
  })

  it('writes to the file store and leaves nothing there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yichuang-doctor-'))
    const finding = await checkFileStore({ FILE_STORE: folder })
    expect(finding.check).toBe('file-store')
    expect(finding.status).not.toBe('fail')
    expect(readdirSync(folder)).toEqual([])
    rmSync(folder, { recursive: true })
    expect(await checkFileStore({ FILE_STORE: folder })).toMatchObject({ status: 'fail' })
  })

  it('never repeats the password of a connection string', () => {
    const error = new Error('cannot reach postgresql://yichuang_app:secret@db/yichuang')
    expect(wordsOf(error)).not.toContain('secret')
  })
})

/** The same face as the only one of a collection (OpenType 1.9, "Font Collections"). */
function asCollection(font: Buffer): Buffer {
  const header = Buffer.alloc(16)
  header.write('ttcf', 'latin1')
  header.writeUInt32BE(0x00010000, 4)
  header.writeUInt32BE(1, 8)
  header.writeUInt32BE(header.length, 12)
  const face = Buffer.from(font)
  for (let table = 0; table < face.readUInt16BE(4); table += 1) {
    const offset = 12 + table * 16 + 8
    face.writeUInt32BE(face.readUInt32BE(offset) + header.length, offset)
  }
  return Buffer.concat([header, face])
}

function engine(options: { tokens: readonly string[] }): Promise<string> {
  return serve((path, authorization) => {
    if (path === '/healthz') return [200, '{"status":"up","product":"camunda","version":"7.24.0"}']
    const known = options.tokens.some((token) => authorization === `Bearer ${token}`)
    return options.tokens.length === 0 || known ? [200, '{"version":"7.24.0"}'] : [401, '{}']
  }).then((url) => `${url}/engine-rest`)
}

async function serve(
  answer: (path: string, authorization?: string) => [number, string],
): Promise<string> {
  const server = createServer((request, response) => {
    const [status, body] = answer(request.url ?? '', request.headers.authorization)
    response.writeHead(status, { connection: 'close' }).end(body)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
