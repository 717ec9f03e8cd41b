import { describe, expect, it } from 'vitest'

import { compileCheck } from '../../../core/documents/compile-check.ts'

const check = (source: string) => compileCheck('documents/licence.typ', 'licence', source)

describe('compileCheck', () => {
  it('accepts a body that uses the facts and the helpers', () => {
    expect(check('#let body(d, h) = [持证人 #d.applicant.name，#(h.day)(d.body.from)]')).toEqual([])
  })

  it.each([
    ['#import "@preview/x:0.1.0": *\n#let body(d, h) = []', 'import'],
    ['#let body(d, h) = read("frame.typ")', 'read'],
    ['#let body(d, h) = eval("1")', 'eval'],
    ['#let body(d, h) = dictionary(calc).at("ab" + "s")(1)', 'dictionary'],
    ['#let body(d, h) = sys.inputs.data', 'sys'],
    ['#let body(d, h) = { while true {} }', 'while'],
  ])('refuses %s', (source, word) => {
    const [problem] = check(source)
    expect(problem).toMatchObject({
      field: 'documents/licence.typ',
      code: 'TEMPLATE_WORD_REFUSED',
    })
    expect(problem?.en).toContain(`"${word}"`)
  })

  it.each([
    ['#let body(d, h) = [#d.nothing.like.this]', 'nothing'],
    ['#let corpus(d, h) = []', 'unresolved import'],
    ['#let body(d, h) = [', 'unclosed'],
    ['#let body(d, h) = (h.no-such-helper)(1)', 'no-such-helper'],
  ])('says why %s does not print', (source, reason) => {
    const [problem] = check(source)
    expect(problem?.code).toBe('TEMPLATE_BROKEN')
    expect(problem?.en).toContain(reason)
  })

  it('leaves nothing behind for the next template', () => {
    check('#let body(d, h) = [')
    expect(check('#let body(d, h) = [甲]')).toEqual([])
  })
})
