import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openJournal } from '../../partners/journal.ts'

describe('the journal of a simulator', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'yichuang-journal-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('given entries, when opened again, then they are there in order', () => {
    const path = join(folder, 'deep', 'a.jsonl')
    const first = openJournal<number>(path)
    first.append(1)
    first.append(2)
    first.close()
    const second = openJournal<number>(path)
    expect(second.past).toEqual([1, 2])
    second.close()
  })

  it.each(['{"torn', '3', '天'.slice(0, 1)])(
    'given a crash in the middle of writing %j, when opened, then only that entry is gone',
    (torn) => {
      const path = join(folder, 'a.jsonl')
      const first = openJournal<number>(path)
      first.append(1)
      first.close()
      appendFileSync(path, torn)
      const second = openJournal<number>(path)
      expect(second.past).toEqual([1])
      second.append(2)
      second.close()
      expect(readFileSync(path, 'utf8')).toBe('1\n2\n')
    },
  )

  it('given a broken line inside, when opened, then it refuses instead of forgetting', () => {
    const path = join(folder, 'a.jsonl')
    appendFileSync(path, '1\n{bad\n2\n')
    expect(() => openJournal<number>(path)).toThrow()
  })
})
