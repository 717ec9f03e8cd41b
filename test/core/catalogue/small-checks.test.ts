import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../../contracts/problems.ts'
import { catchAllIn } from '../../../core/catalogue/catch-all-clause.ts'
import { demands, parseCondition } from '../../../core/catalogue/condition.ts'
import { faultInFeel } from '../../../core/catalogue/feel.ts'
import { packageDigest } from '../../../core/catalogue/package-files.ts'
import { readPackageFolder, readPackageZip } from '../../../core/catalogue/read-package.ts'
import { faultInPattern } from '../../../core/catalogue/unsafe-pattern.ts'
import { packageOf } from './packages.ts'

describe('a pattern for text from strangers', () => {
  it.each([
    '^1[3-9][0-9]{9}$',
    '^[0-9A-HJ-NPQRTUWXY]{18}$',
    '^(?:\\d{3}-){2}\\d{4}$',
    '^[^+*]{1,20}$',
    '^(a|b)$',
    '^\\p{Script=Han}+$',
    '^[(+]+$',
  ])('%s is safe', (pattern) => {
    expect(faultInPattern(pattern)).toBeUndefined()
  })

  it.each([
    '^(a+)+$',
    '^(a*)*$',
    '^(?:a{1,}){2,}$',
    '^((a+))*$',
    '^(a|aa)+$',
    '^(.*)\\1$',
    '^(?=a)a$',
    '^(?<n>a)$',
    '^a*a*a*a*$',
    '^(a{1,9}){50}$',
    'abc',
    '^[a$',
    `^${'a'.repeat(300)}$`,
  ])('%s is refused', (pattern) => {
    expect(faultInPattern(pattern)).toBeDefined()
  })
})

describe('a catch-all clause', () => {
  it.each([
    '法律法规规定的其他材料',
    '其他相关证明文件',
    '主管部门认为需要提交的证明',
    '身份证、户口簿等相关材料',
    '法律、行政法规规定的其他条件',
    'and any other documents',
  ])('is seen in "%s"', (text) => {
    expect(catchAllIn(text)).toBeDefined()
  })

  it.each([
    '公司章程',
    '其余材料齐全时先受理',
    '住所在其他区的向所在区申请',
    '写明名称、数量、用途',
  ])('is not seen in "%s"', (text) => {
    expect(catchAllIn(text)).toBeUndefined()
  })
})

describe('a condition on a flow', () => {
  it.each([
    "${decision == 'grant'}",
    '${a and not b or c}',
    '${(x >= 3 || y != "z") && !w}',
    '${n lt -1.5}',
    '${v == null}',
  ])('%s is in the grammar', (text) => {
    expect(() => parseCondition(text)).not.toThrow()
  })

  it.each([
    'decision',
    '${}',
    '${a.b == 1}',
    "${''.getClass()}",
    '${a == b}',
    '${1 == a}',
    "${a == 'x}",
    '${a b}',
    '${(a}',
    '${execution == 1}',
    '${a ? b : c}',
    '#{a}',
    `\${${'('.repeat(40)}a${')'.repeat(40)}}`,
    `\${${'!'.repeat(40)}a}`,
  ])('%s is not', (text) => {
    expect(() => parseCondition(text)).toThrow()
  })

  it('demands a variable only when it cannot hold without it', () => {
    const needs = (text: string) => demands(parseCondition(text), 'ok')
    expect(needs('${ok == true}')).toBe(true)
    expect(needs('${ok && x}')).toBe(true)
    expect(needs('${ok != false}')).toBe(true)
    expect(needs('${ok || x}')).toBe(false)
    expect(needs('${!ok}')).toBe(false)
    expect(needs('${ok == false}')).toBe(false)
  })
})

describe('FEEL of a package', () => {
  const known = new Set(['a', 'list', 'today'])
  it.each([
    'a = 1',
    'list contains(list, a)',
    'date(a) <= today',
    'some x in list satisfies x > a',
    'if a then 1 else 2',
  ])('%s is fine', (text) => {
    expect(faultInFeel(text, known)).toBeUndefined()
  })
  it.each([
    'b = 1',
    'a +',
    'now() > a',
    'today() > a',
    'nosuch(a)',
    'function(x) x',
    '',
    'a = 1 )',
  ])('"%s" is not', (text) => {
    expect(faultInFeel(text, known)).toBeDefined()
  })
})

describe('a zip', () => {
  const codes = (zip: Uint8Array) => {
    try {
      readPackageZip(zip)
      return []
    } catch (error) {
      if (error instanceof Problem) return error.fields.map((f) => `${f.field} ${f.code}`)
      throw error
    }
  }
  /** The reader sees names as they stand in the archive, whatever a tool would let one write. */
  const renamed = (zip: Uint8Array, from: string, to: string) =>
    Buffer.from(Buffer.from(zip).toString('latin1').replaceAll(from, to), 'latin1')

  it('gives the same package as the folder, with or without a folder around it', async () => {
    const files = await packageOf('flex-pension')
    const plain = zipSync(Object.fromEntries(files))
    const wrapped = zipSync(
      Object.fromEntries([...files].map(([path, content]) => [`flex-pension/${path}`, content])),
    )
    expect(packageDigest(readPackageZip(plain))).toBe(packageDigest(files))
    expect(packageDigest(readPackageZip(wrapped))).toBe(packageDigest(files))
  })

  it('is refused when a path leaves the package', () => {
    const zip = zipSync({ 'item.json': strToU8('{}'), 'aa_bb_x.json': strToU8('{}') })
    expect(codes(renamed(zip, 'aa_bb_x.json', '../../x.json'))).toEqual([
      '../../x.json UNSAFE_PATH',
    ])
    expect(codes(renamed(zip, 'aa_bb_x.json', '/etc/passwds'))).toEqual([
      '/etc/passwds UNSAFE_PATH',
    ])
  })

  it('is refused when it would grow too large, before it does', () => {
    const bomb = zipSync({ 'item.json': new Uint8Array(16 << 20) })
    expect(bomb.length).toBeLessThan(100_000)
    expect(codes(bomb)).toEqual(['item.json TOO_LARGE'])
    const many = zipSync(
      Object.fromEntries(
        Array.from({ length: 9 }, (_, i) => [`scenarios/${i}.json`, new Uint8Array(1_000_000)]),
      ),
    )
    expect(codes(many)).toEqual(['scenarios/8.json TOO_LARGE'])
  })

  it('is refused when it holds too many files, or one path twice', () => {
    const many = zipSync(
      Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`${i}.json`, strToU8('{}')])),
    )
    expect(codes(many)).toEqual(['200.json TOO_MANY_FILES'])
    const twice = zipSync({ 'a.json': strToU8('1'), 'b.json': strToU8('2') })
    expect(codes(renamed(twice, 'b.json', 'a.json'))).toEqual(['a.json DUPLICATE_PATH'])
  })

  it('is refused when it is none, is cut off or is empty', () => {
    const zip = zipSync({ 'item.json': strToU8('x'.repeat(5000)) }, { level: 0 })
    for (const bytes of [strToU8('hello'), zip.subarray(0, 2000), new Uint8Array(0), zipSync({})])
      expect(codes(bytes)).toEqual(['. NOT_A_ZIP'])
  })
})

describe('a folder', () => {
  it('that is not there is refused', async () => {
    await expect(readPackageFolder('/nowhere/at-all')).rejects.toMatchObject({
      code: 'PACKAGE_REFUSED',
    })
  })
})
