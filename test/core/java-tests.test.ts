import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { readReports } from '../../scripts/java-tests.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'yichuang-reports-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const suite = (attributes: string) =>
  `<?xml version="1.0"?>\n<testsuite xmlns:xsi="x" version="3.0" name="A" time="1.2" ${attributes}>\n` +
  '  <testcase name="tests=&quot;99&quot;" time="0.1"><failure message="x"/></testcase>\n</testsuite>\n'

describe("the reports of the engine host's JUnit tests", () => {
  it('add up over the classes, errors being failures', () => {
    writeFileSync(
      join(folder, 'TEST-a.xml'),
      suite('tests="10" errors="1" skipped="2" failures="3"'),
    )
    writeFileSync(
      join(folder, 'TEST-b.xml'),
      suite('tests="5" errors="0" skipped="0" failures="0"'),
    )
    writeFileSync(join(folder, 'a.txt'), 'tests="7"')
    expect(readReports(folder)).toEqual({ passed: 9, failed: 4, skipped: 2 })
  })

  it('count as nothing when the build broke before the tests', () => {
    expect(readReports(join(folder, 'missing'))).toEqual({ passed: 0, failed: 0, skipped: 0 })
  })
})
