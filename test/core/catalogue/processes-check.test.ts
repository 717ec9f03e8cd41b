import { mkdtempSync, rmSync, writeFileSync, cpSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkFolders } from '../../../scripts/processes-check.ts'

const processes = join(import.meta.dirname, '../../../processes')
let broken: string

beforeAll(() => {
  broken = join(mkdtempSync(join(tmpdir(), 'package-')), 'flex-pension')
  cpSync(join(processes, 'flex-pension'), broken, { recursive: true })
  const flow = join(broken, 'flow.bpmn')
  writeFileSync(
    flow,
    readFileSync(flow, 'utf8').replace('camunda:topic="notify"', 'camunda:topic="shout"'),
  )
})
afterAll(() => rmSync(join(broken, '..'), { recursive: true }))

async function checked(...folders: string[]) {
  const lines: string[] = []
  return { sound: await checkFolders(folders, (line) => lines.push(line)), text: lines.join('\n') }
}

describe('npm run processes:check', () => {
  it('says what a sound package holds', async () => {
    const { sound, text } = await checked(join(processes, 'food-licence'))
    expect(sound).toBe(true)
    expect(text).toMatch(/^ok {6}food-licence: FOOD-LICENCE, 41 steps, 16 fields, .* 6 scenarios$/)
  })

  it('says where and why it refuses one, and still checks the others', async () => {
    const { sound, text } = await checked(broken, join(processes, 'food-licence'))
    expect(sound).toBe(false)
    expect(text).toContain('REFUSED flex-pension')
    expect(text).toMatch(/flex-pension\/flow\.bpmn#Notify_\w+\n {4}UNKNOWN_TOPIC: 没有主题“shout”/)
    expect(text).toContain('ok      food-licence')
  })

  it('refuses a folder that is not there', async () => {
    const { sound, text } = await checked(join(processes, 'nowhere'))
    expect(sound).toBe(false)
    expect(text).toContain('FOLDER_UNREADABLE')
  })
})
