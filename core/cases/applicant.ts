/** The applicant's personal facts, found in the form by the item's mapping, and how they are masked (domain.md §9). */
import type { FormData } from '../../contracts/filing.ts'
import type { ItemPackage } from '../../contracts/item-package.ts'

export interface Applicant {
  readonly kind: 'natural-person' | 'legal-person'
  readonly name: string
  readonly idNo: string
  readonly phone: string
  readonly email?: string
}

export function applicantOf(item: Pick<ItemPackage, 'applicant'>, form: FormData): Applicant {
  const text = (key: string | undefined) => {
    const value = key === undefined ? undefined : form[key]
    return typeof value === 'string' ? value : ''
  }
  const { kind, name, idNo, phone, email } = item.applicant
  const mail = text(email)
  return {
    kind,
    name: text(name),
    idNo: text(idNo),
    phone: text(phone),
    ...(mail === '' ? {} : { email: mail }),
  }
}

/** 张三 -> 张*, 李小敏 -> 李*敏; an organisation's name is public */
export function maskName(name: string, kind: Applicant['kind']): string {
  if (kind === 'legal-person') return name
  const letters = [...name]
  if (letters.length <= 1) return '*'
  if (letters.length === 2) return `${letters[0]}*`
  return `${letters[0]}${'*'.repeat(letters.length - 2)}${letters.at(-1)}`
}

/** 138****3210 */
export function maskPhone(phone: string): string {
  return phone.length < 7 ? '****' : `${phone.slice(0, 3)}****${phone.slice(-4)}`
}

/** A resident id shows its first 6 and last 4; a USCC is public (GB 32100) */
export function maskIdNo(idNo: string, kind: Applicant['kind']): string {
  if (kind === 'legal-person') return idNo
  return idNo.length < 10
    ? '*'.repeat(idNo.length)
    : `${idNo.slice(0, 6)}${'*'.repeat(idNo.length - 10)}${idNo.slice(-4)}`
}
