/** scenarios/*.json: playable against this very package, so that a demonstration never shows what the item cannot do. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import {
  AcceptBody,
  DecideBody,
  HandOverBody,
  InspectBody,
  ReviewBody,
  StatementBody,
} from '../../contracts/acts.ts'
import { CaseEventPayloads } from '../../contracts/case-events.ts'
import type { ItemPackage } from '../../contracts/item-package.ts'
import { Scenario, type Play, type ScenarioFiles } from '../../contracts/scenario.ts'
import { checkForm } from './check-form.ts'
import type { Findings } from './findings.ts'
import type { FormDefinition } from './form-definition.ts'
import type { JsonSchema } from './form-schema.ts'

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: false })
ajvFormats.default(ajv)
const checkShape = ajv.compile<Scenario>(Scenario)
const BODIES: Readonly<Record<string, ValidateFunction>> = {
  accept: ajv.compile(AcceptBody),
  inspect: ajv.compile(InspectBody),
  state: ajv.compile(StatementBody),
  review: ajv.compile(ReviewBody),
  decide: ajv.compile(DecideBody),
  'hand-over': ajv.compile(HandOverBody),
}
const MEDIA_TYPES = { pdf: 'application/pdf', png: 'image/png', jpg: 'image/jpeg' } as const

export interface ScenarioOf {
  readonly item: ItemPackage
  readonly form: FormDefinition
  readonly formSchema: JsonSchema
}

type Say = (pointer: string, code: string, zh: string, en: string) => void

/** @param file path in the package */
export function checkScenario(
  file: string,
  value: unknown,
  of: ScenarioOf,
  findings: Findings,
): Scenario | undefined {
  const say: Say = (pointer, code, zh, en) => findings.add(`${file}#${pointer}`, code, zh, en)
  if (!checkShape(value)) {
    const [error] = checkShape.errors ?? []
    say(
      error?.instancePath ?? '',
      'SCENARIO_SHAPE',
      `不合scenario格式：${said(error)}`,
      `Not a scenario: ${said(error)}`,
    )
    return undefined
  }
  if (file !== `scenarios/${value.name}.json`)
    say('/name', 'SCENARIO_NAME', 'name须与文件名一致', 'The name must be that of the file')
  checkTransport(value, of.item, say)
  for (const problem of checkForm(of, value.form))
    say(problem.field, problem.code, problem.zh, problem.en)
  checkMaterials('/materials', value.materials, of.item, say)
  value.plays.forEach((play, index) => checkPlay(`/plays/${index}`, play, of, say))
  value.expect.events.forEach((type, index) => {
    if (!Object.hasOwn(CaseEventPayloads, type))
      say(
        `/expect/events/${index}`,
        'UNKNOWN_EVENT',
        `没有事件${type}`,
        `There is no event ${type}`,
      )
  })
  return value
}

function checkTransport({ channel, transport }: Scenario, item: ItemPackage, say: Say): void {
  const { inbound, delivery, sender, recipient } = transport
  if (!item.channels.includes(channel))
    say('/channel', 'NOT_OFFERED', `本事项没有渠道${channel}`, `The item has no channel ${channel}`)
  if (!item.inbound.includes(inbound) || (inbound === 'ems' && sender === undefined))
    say(
      '/transport/inbound',
      'NOT_OFFERED',
      `不收递交方式${inbound}，或者缺地址`,
      `Way in ${inbound} is not offered or lacks its address`,
    )
  if (!item.delivery.includes(delivery) || (delivery === 'ems' && recipient === undefined))
    say(
      '/transport/delivery',
      'NOT_OFFERED',
      `没有送达方式${delivery}，或者缺地址`,
      `Delivery ${delivery} is not offered or lacks its address`,
    )
}

function checkMaterials(
  pointer: string,
  materials: ScenarioFiles,
  item: ItemPackage,
  say: Say,
): void {
  materials.forEach(({ code, files }, index) => {
    const material = item.materials.find((m) => m.code === code)
    const at = `${pointer}/${index}`
    if (material === undefined) {
      say(at, 'UNKNOWN_MATERIAL', `没有材料${code}`, `There is no material ${code}`)
      return
    }
    if (files.length > material.files.maxCount)
      say(at, 'TOO_MANY_FILES', `${code}的文件太多`, `Too many files for ${code}`)
    for (const { kind } of files)
      if (!material.files.types.includes(MEDIA_TYPES[kind]))
        say(at, 'FILE_TYPE', `${code}不收${kind}`, `${code} does not take ${kind}`)
  })
}

function checkPlay(pointer: string, play: Play, { item, formSchema }: ScenarioOf, say: Say): void {
  switch (play.act) {
    case 'submit-correction':
    case 'supply-tolerance': {
      checkMaterials(`${pointer}/materials`, play.materials ?? [], item, say)
      const patch = 'form' in play ? Object.keys(play.form ?? {}) : []
      for (const key of patch)
        if (!Object.hasOwn(formSchema['properties'] as object, key))
          say(`${pointer}/form/${key}`, 'UNKNOWN_FIELD', `表单没有${key}`, `The form has no ${key}`)
      return
    }
    case 'scan':
      if (play.direction === 'inbound' && !item.inbound.includes('ems'))
        say(pointer, 'NOT_OFFERED', '本事项不收邮寄材料', 'The item takes no papers by courier')
      return
    case 'withdraw':
      return
    case 'accept':
    case 'inspect':
    case 'state':
    case 'review':
    case 'decide':
    case 'hand-over':
      checkBody(`${pointer}/body`, play, item, say)
  }
}

function checkBody(
  pointer: string,
  play: { readonly act: string; readonly body: unknown },
  item: ItemPackage,
  say: Say,
): void {
  const check = BODIES[play.act]
  if (check !== undefined && !check(asSent(play.body))) {
    const reason = said(check.errors?.at(-1))
    say(pointer, 'ACT_BODY', `${play.act}的内容不对：${reason}`, `Body of ${play.act}: ${reason}`)
  }
  const known = {
    rule: new Set(item.rules.map((rule) => rule.id)),
    law: new Set(item.laws.map((law) => law.id)),
  }
  for (const { kind, id } of idsIn(play.body))
    if (!known[kind].has(id))
      say(
        pointer,
        kind === 'rule' ? 'UNKNOWN_RULE' : 'UNKNOWN_LAW',
        `item.json里没有${id}`,
        `item.json has no ${id}`,
      )
}

/** The pointers a player replaces (contracts/scenario.ts), replaced by something of their type. */
function asSent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asSent)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asSent(inner)]))
  if (value === '$now') return '2026-01-01T00:00:00Z'
  return value === '$snapshot' || (typeof value === 'string' && value.startsWith('$event:'))
    ? 1
    : value
}

const ID_KEYS: Readonly<Record<string, 'rule' | 'law'>> = {
  ruleId: 'rule',
  ruleIds: 'rule',
  lawId: 'law',
  lawIds: 'law',
}

function idsIn(value: unknown): { kind: 'rule' | 'law'; id: string }[] {
  if (Array.isArray(value)) return value.flatMap(idsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const kind = ID_KEYS[key]
    return kind === undefined
      ? idsIn(inner)
      : [inner].flat().flatMap((id) => (typeof id === 'string' ? [{ kind, id }] : []))
  })
}

function said(error: ErrorObject | undefined): string {
  const extra = (error?.params as { additionalProperty?: string } | undefined)?.additionalProperty
  return `${error?.instancePath ?? ''} ${error?.message ?? ''} ${extra ?? ''}`.trim()
}
