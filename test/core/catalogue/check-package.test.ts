import { describe, expect, it } from 'vitest'
import { checkPackage } from '../../../core/catalogue/check-package.ts'
import { BROKEN_FLOWS } from './broken-flows.ts'
import { BROKEN_ITEMS } from './broken-items.ts'
import { changed, ITEMS, packageOf, problemsOf, swap } from './packages.ts'

describe('a shipped package', () => {
  it.each(ITEMS)('%s is sound and gives what publishing stores', async (folder) => {
    const result = await checkPackage(await packageOf(folder))
    expect(result.ok ? [] : result.problems).toEqual([])
    if (!result.ok) return
    expect(result.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(result.scenarios.length).toBeGreaterThanOrEqual(5)
    const accept = result.steps.find((step) => step.id === 'Task_Accept')
    expect(accept).toMatchObject({ type: 'user', next: ['Gateway_Acceptance'] })
    const wait = result.steps.find((step) => step.id === 'Wait_Correction')
    expect(wait).toMatchObject({ type: 'message', message: 'correction-submitted' })
    expect(wait?.next).toContain('Timer_CorrectionDeadline')
  })

  it('has the same digest whatever the order of its files, and another for another byte', async () => {
    const files = await packageOf('flex-pension')
    const reversed = new Map([...files].reverse())
    const touched = await changed('flex-pension', 'item.json', (text) => `${text}\n`)
    const sha = async (f: typeof files) => {
      const result = await checkPackage(f)
      return result.ok ? result.sha256 : ''
    }
    expect(await sha(reversed)).toBe(await sha(files))
    expect(await sha(touched)).not.toBe(await sha(files))
  })
})

describe('a broken package is refused with place and reason', () => {
  it.each([...BROKEN_ITEMS, ...BROKEN_FLOWS])(
    '%s',
    async (_what, folder, path, change, expected) => {
      expect(await problemsOf(await changed(folder, path, change))).toContain(expected)
    },
  )

  it('tells several faults of several files at once, each in two languages', async () => {
    const files = new Map(
      await changed(
        'food-licence',
        'flow.bpmn',
        swap('camunda:topic="material-check"', 'camunda:topic="x"'),
      ),
    )
    const item = files.get('item.json')?.toString() ?? ''
    files.set(
      'item.json',
      Buffer.from(
        item
          .replace('"isFee": false', '"isFee": false')
          .replace('4440131072001"', '4440131072002"'),
      ),
    )
    const result = await checkPackage(files)
    const problems = result.ok ? [] : result.problems
    expect(new Set(problems.map((p) => p.field.split('#')[0]))).toEqual(
      new Set(['item.json', 'flow.bpmn']),
    )
    for (const { zh, en } of problems) {
      expect(zh).toMatch(/\p{Script=Han}/u)
      expect(en).toMatch(/[a-z]/)
    }
  })
})
