import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ItemPackage } from '../../../contracts/item-package.ts'
import { checkPackage } from '../../../core/catalogue/check-package.ts'
import { readPackageFolder } from '../../../core/catalogue/read-package.ts'
import { checkRules, rulesPassed, type Filing } from '../../../core/cases/check-case.ts'
import { checkTransport } from '../../../core/cases/check-transport.ts'

const folder = join(import.meta.dirname, '../../../processes/flex-pension')
let item: ItemPackage

beforeAll(async () => {
  const checked = await checkPackage(await readPackageFolder(folder))
  if (!checked.ok) throw new Error('the package of flex-pension is refused')
  item = checked.package
})

const filing = (change: Partial<Filing>): Filing => ({
  channel: 'online',
  form: {},
  transport: { inbound: 'upload', delivery: 'download' },
  files: {},
  today: '2026-11-24',
  ...change,
})

describe('papers brought to a window', () => {
  const atWindow = { inbound: 'window', delivery: 'download' } as const

  it('cannot be filed online: nobody would hold them', () => {
    const codes = checkTransport(item, filing({ transport: atWindow })).map((p) => p.code)
    expect(codes).toEqual(['AT_A_COUNTER'])
  })

  it('are for the clerk who lodges them to see', () => {
    const atCounter = filing({ channel: 'street', transport: atWindow })
    expect(checkTransport(item, atCounter)).toEqual([])
    const paper = checkRules(item, atCounter).filter((o) => o.ruleId.startsWith('A-ID-CARD'))
    expect(paper.map((o) => o.outcome)).toEqual(['manual'])
  })
})

describe('papers that are uploaded', () => {
  it('fail their rules while they are missing', () => {
    expect(rulesPassed(checkRules(item, filing({})))).toBe(false)
  })
})
