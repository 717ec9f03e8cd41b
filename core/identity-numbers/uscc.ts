/** 统一社会信用代码, GB 32100-2015: 18 characters, the last one a check character (mod 31, weights 3^i). */

export type UsccFault = 'LENGTH' | 'ALPHABET' | 'CHECK_CHARACTER'

/** Without I, O, S, V and Z: they are taken for 1, 0, 5, U and 2. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2] as const

/** @returns the first fault, or undefined for a code that holds */
export function checkUscc(code: string): UsccFault | undefined {
  if (code.length !== 18) return 'LENGTH'
  const values = [...code].map((character) => ALPHABET.indexOf(character))
  if (values.includes(-1)) return 'ALPHABET'
  let sum = 0
  WEIGHTS.forEach((weight, at) => (sum += weight * (values[at] ?? 0)))
  return values[17] === (31 - (sum % 31)) % 31 ? undefined : 'CHECK_CHARACTER'
}

/**
 * Characters 9-17 are an organisation code with a check character of its own (GB 11714). Some registers issued codes
 * that miss it, so this may warn but never refuse.
 */
export function hasOrganisationCode(code: string): boolean {
  const organisation = code.slice(8, 17)
  let sum = 0
  ORGANISATION_WEIGHTS.forEach((weight, at) => {
    const character = organisation[at] ?? ''
    const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 55
    sum += weight * value
  })
  const check = 11 - (sum % 11)
  return organisation[8] === (check === 10 ? 'X' : check === 11 ? '0' : String(check))
}
