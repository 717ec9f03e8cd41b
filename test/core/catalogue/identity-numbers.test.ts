import { describe, expect, it } from 'vitest'
import { checkResidentId } from '../../../core/identity-numbers/resident-id.ts'
import { checkUscc, hasOrganisationCode } from '../../../core/identity-numbers/uscc.ts'

const TODAY = '2026-11-23'

describe('GB 11643 (domain.md §4)', () => {
  it.each([
    '440106199003071231',
    '440106198511110028',
    '44010619780808003X',
    '44010619780808003x',
    '44010619600101888X',
    '830000199001010012',
    '810000199408230021',
  ])('%s holds', (number) => {
    expect(checkResidentId(number, TODAY)).toBeUndefined()
  })

  it.each([
    ['440106199003071232', 'CHECK_DIGIT'],
    ['440106199002300012', 'BIRTH_DATE'],
    ['440106209903071233', 'BIRTH_DATE'],
    ['990106199003071239', 'REGION'],
    ['440106900307123', 'LENGTH'],
    ['44010619900307123A', 'FORMAT'],
    ['４40106199003071231', 'FORMAT'],
    ['810106199408230021', 'REGION'],
    ['', 'LENGTH'],
  ])('%s fails by %s', (number, fault) => {
    expect(checkResidentId(number, TODAY)).toBe(fault)
  })

  it('counts a birth on the very day, not on the next', () => {
    // given a number whose birth date is 2026-11-23 with the check digit that belongs to it
    const number = [...'0123456789X']
      .map((check) => `44010620261123001${check}`)
      .find((candidate) => checkResidentId(candidate, TODAY) === undefined)
    expect(number).toBeDefined()
    expect(checkResidentId(number ?? '', '2026-11-22')).toBe('BIRTH_DATE')
  })
})

describe('GB 32100 (domain.md §4)', () => {
  it.each([
    '91350100M000100Y43',
    '11440000MB2D0164XH',
    '12441500196720244T',
    '114401060000000190',
    '11440106000000027T',
    '12440106000000035J',
    '91440106MA00000A94',
    '91440106MAFAKE019R',
    '92440106MAFAKE027H',
    '53440106MJ0000042N',
  ])('%s holds', (code) => {
    expect(checkUscc(code)).toBeUndefined()
  })

  it.each([
    ['11440300007542785T', 'CHECK_CHARACTER'],
    ['9144010', 'LENGTH'],
    ...['S', 'I', 'O', 'V', 'Z', 'a', '０'].map((letter) => [
      `91440106MA00000A9${letter}`,
      'ALPHABET',
    ]),
  ])('%s fails by %s', (code, fault) => {
    expect(checkUscc(code)).toBe(fault)
  })

  it('sees one changed character anywhere', () => {
    const code = '91350100M000100Y43'
    for (let at = 0; at < code.length; at += 1) {
      const other = code[at] === '7' ? '8' : '7'
      expect(checkUscc(code.slice(0, at) + other + code.slice(at + 1))).toBe('CHECK_CHARACTER')
    }
  })

  it('tells whether the organisation code inside has its own check character', () => {
    expect(hasOrganisationCode('114401060000000190')).toBe(true)
    expect(hasOrganisationCode('114401060000000280')).toBe(false)
  })
})
