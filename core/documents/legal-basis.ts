/** Which article a paper names. The procedural articles are a table with dates, the item's own laws are its version's. */
import type { ItemPackage, Law } from '../../contracts/item-package.ts'
import table from './procedural-law.json' with { type: 'json' }

export type ProceduralStep =
  'accept' | 'correct' | 'not-required' | 'not-competent' | 'grant' | 'refuse'

interface ProceduralRow {
  readonly step: string
  readonly taskTypes: readonly string[]
  readonly law: string
  readonly article: string
  readonly effectiveFrom: string
  readonly effectiveTo?: string
}
const ROWS: readonly ProceduralRow[] = table

/** 01 行政许可 is bound by the Licensing Law; every other type borrows the steps and names its own law. */
export function isLicensing(item: Pick<ItemPackage, 'guide'>): boolean {
  return item.guide.taskType === '01'
}

/**
 * @param day the day of the act; the article is the one in force then
 * @returns e.g. `《中华人民共和国行政许可法》第三十二条第一款第(五)项`
 * @throws when a licence item has no procedural article for the day: a paper without its basis must not be issued
 */
export function proceduralBasis(item: ItemPackage, step: ProceduralStep, day: string): string {
  const row = ROWS.find(
    (r) => r.step === step && r.taskTypes.includes(item.guide.taskType) && inForce(r, day),
  )
  if (row !== undefined) return `${bookTitle(row.law)}${row.article}`
  if (isLicensing(item)) throw new Error(`no procedural article for ${step} is in force on ${day}`)
  return citeLaws(item, ownLaws(item, stepLaws(item, step)), day)
}

/** The laws the item's review standards rest on: 条件依据 of a grant. */
export function conditionBasis(item: ItemPackage, day: string): string {
  const review = item.rules.filter((rule) => rule.stage === 'review')
  const rules = review.length > 0 ? review : item.rules
  return citeLaws(
    item,
    ownLaws(
      item,
      rules.flatMap((rule) => rule.basis),
    ),
    day,
  )
}

/** `《劳动合同法》第五十七条、《…》第七条`, each once, only what is in force on the day. */
export function citeLaws(item: ItemPackage, lawIds: readonly string[], day: string): string {
  const cited = item.laws
    .filter((law) => lawIds.includes(law.id) && inForce(law, day))
    .map((law) => citation(law))
  if (cited.length === 0) throw new Error(`item ${item.code} has no law in force on ${day}`)
  return [...new Set(cited)].join('、')
}

export function citation(law: Pick<Law, 'law' | 'article'>): string {
  return `${bookTitle(law.law)}${law.article}`
}

/** Without the Licensing Law, which has its own place in the sentence and none on the paper of a service. */
function ownLaws(item: ItemPackage, lawIds: readonly string[]): string[] {
  const procedural = new Set(ROWS.map((row) => row.law))
  const own = lawIds.filter(
    (id) => !procedural.has(item.laws.find((law) => law.id === id)?.law ?? ''),
  )
  return own.length > 0 ? own : [...lawIds]
}

function stepLaws(item: ItemPackage, step: ProceduralStep): string[] {
  const stage = step === 'grant' || step === 'refuse' ? 'review' : 'acceptance'
  const rules = item.rules.filter((rule) => rule.stage === stage)
  return (rules.length > 0 ? rules : item.rules).flatMap((rule) => rule.basis)
}

function inForce(law: { effectiveFrom: string; effectiveTo?: string }, day: string): boolean {
  return law.effectiveFrom <= day && (law.effectiveTo === undefined || day <= law.effectiveTo)
}

function bookTitle(name: string): string {
  return name.startsWith('《') ? name : `《${name}》`
}
