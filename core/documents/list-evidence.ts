/** Names for what the file points to: materials, form fields, events (domain.md §2.2 b and Appendix A). */
import type { CaseEvent, Evidence, RefusalGrounds } from '../../contracts/case-events.ts'
import type { ItemPackage, Material } from '../../contracts/item-package.ts'
import type { CaseContext } from '../cases/case-context.ts'
import { neededMaterials } from '../catalogue/run-rules.ts'
import type { ListedGrounds, ListedMaterial } from './document-facts.ts'
import { citation } from './legal-basis.ts'

/**
 * What the hall holds. Papers sent or handed over need not be uploaded (core/cases/check-case.ts): they count once the
 * hall received them. An upload is no original.
 */
export function listMaterials(context: CaseContext): ListedMaterial[] {
  const { package: item } = context.version
  const received = context.events.some((e) => e.type === 'received')
  const onPaper = received && context.transport.inbound !== 'upload'
  const handedOver = onPaper ? handedOverCodes(context) : new Set<string>()
  const held = context.files.filter((file) => file.filed && !file.replaced)
  return item.materials.flatMap((material) => {
    const files = held.filter((file) => file.materialCode === material.code).length
    if (files === 0 && !handedOver.has(material.code)) return []
    return [{ name: material.name.zh, ...paperCounts(material, onPaper), files }]
  })
}

/** Required papers; a tolerable one only once a clerk has accepted without naming it as missing. */
function handedOverCodes(context: CaseContext): Set<string> {
  const accepted = context.events.findLast((e) => e.type === 'accepted')
  const held = (material: Material) =>
    material.need === 'required' ||
    (material.need === 'tolerable' &&
      accepted !== undefined &&
      !accepted.payload.tolerated.includes(material.code))
  const needed = neededMaterials(context.version.package, context.form)
  return new Set(needed.filter(held).map((material) => material.code))
}

function paperCounts(material: Material, onPaper: boolean) {
  if (!onPaper) return { originals: 0, copies: 0 }
  return material.form === 'original' ? { originals: 1, copies: 0 } : { originals: 0, copies: 1 }
}

export function materialName(item: ItemPackage, code: string): string {
  return item.materials.find((material) => material.code === code)?.name.zh ?? code
}

/** The label of a form key; form-js nests fields in groups. */
export function fieldLabel(form: unknown, key: string): string {
  return findLabel(form, key) ?? key
}

function findLabel(node: unknown, key: string): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  const { key: own, label, components } = node as Record<string, unknown>
  if (own === key && typeof label === 'string' && label !== '') return label
  if (!Array.isArray(components)) return undefined
  for (const child of components) {
    const found = findLabel(child, key)
    if (found !== undefined) return found
  }
  return undefined
}

export function listGrounds(context: CaseContext, grounds: RefusalGrounds): ListedGrounds {
  const { package: item } = context.version
  return {
    findings: grounds.facts.map((fact) => ({
      text: fact.text,
      evidence: fact.evidence.map((evidence) => nameEvidence(context, evidence)),
    })),
    laws: item.laws
      .filter((law) => grounds.lawIds.includes(law.id))
      .map((law) => ({ citation: citation(law), text: law.text })),
    rules: item.rules
      .filter((rule) => grounds.ruleIds.includes(rule.id))
      .map((rule) => ({ id: rule.id, text: rule.text.zh })),
    reasoning: grounds.reasoning,
  }
}

function nameEvidence(context: CaseContext, evidence: Evidence) {
  const { package: item, form } = context.version
  if (evidence.kind === 'form')
    return { name: `《申请表》“${fieldLabel(form, evidence.field)}”`, obtained: '申请人填报' }
  if (evidence.kind === 'material') {
    const file = context.files.find((f) => f.id === evidence.fileId)
    const name = file === undefined ? '材料' : materialName(item, file.materialCode)
    return { name: `《${name}》${locusWords(evidence.locus)}`, obtained: '申请人提交' }
  }
  const event = context.events.find((e) => e.seq === evidence.seq)
  return { name: `${recordName(event)}${locusWords(evidence.locus)}`, obtained: '本机关依法取得' }
}

/** A bare number is a page. */
function locusWords(locus: string): string {
  return /^\d+$/.test(locus) ? `第${locus}页` : locus
}

function recordName(event: CaseEvent | undefined): string {
  if (event?.type === 'site-inspected') return '现场核查记录'
  if (event?.type === 'statement-invited') return '听取陈述申辩记录'
  if (event?.type === 'materials-checked') return '材料核验记录'
  if (event?.type === 'correction-requested') return '补正告知记录'
  return '办件记录'
}
