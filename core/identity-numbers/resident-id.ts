/** 公民身份号码, GB 11643-1999: region 6, birth date 8, sequence 3, check 1 (ISO 7064 MOD 11-2). */

export type ResidentIdFault = 'LENGTH' | 'FORMAT' | 'REGION' | 'BIRTH_DATE' | 'CHECK_DIGIT'

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const
const CHECK_CHARACTERS = '10X98765432'

/**
 * First two digits of GB/T 2260. Only the province is checked: county codes are retired and created every year, and a
 * number keeps the code of its day for life. 81-83 are residence permits of Hong Kong, Macao and Taiwan.
 */
const PROVINCES = new Set(
  (
    '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 ' +
    '81 82 83'
  ).split(' '),
)
const PERMIT_REGION = /^8[123]0000/

/**
 * @param today yyyy-mm-dd in Asia/Shanghai: nobody is born later
 * @returns the first fault, or undefined for a number that holds. The 15-digit numbers of before 1999 are not accepted.
 */
export function checkResidentId(number: string, today: string): ResidentIdFault | undefined {
  if (number.length !== 18) return 'LENGTH'
  const id = number.toUpperCase()
  if (!/^\d{17}[\dX]$/.test(id)) return 'FORMAT'
  if (!PROVINCES.has(id.slice(0, 2)) || (id.startsWith('8') && !PERMIT_REGION.test(id)))
    return 'REGION'
  const birth = `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`
  if (!isCalendarDay(birth) || birth > today || birth < '1850-01-01') return 'BIRTH_DATE'
  let sum = 0
  WEIGHTS.forEach((weight, at) => (sum += weight * Number(id[at])))
  return id[17] === CHECK_CHARACTERS[sum % 11] ? undefined : 'CHECK_DIGIT'
}

function isCalendarDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}
