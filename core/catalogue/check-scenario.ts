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
import type { ItemPackage } from '../../contracts/item-package.ts'
import {
  ACCEPTANCE_OUTCOMES,
  Scenario,
  type ScenarioMaterials,
  type ScenarioPlay,
} from '../../contracts/scenario.ts'
import { checkForm } from './check-form.ts'
import type { Findings } from './findings.ts'
import type { FormDefinition } from './form-definition.ts'
import type { JsonSchema } from './form-schema.ts'

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: false })
ajvFormats.default(ajv)
const checkShape = ajv.compile<Scenario>(Scenario)
const accept = ajv.compile(AcceptBody)
type DeskAct = Exclude<
  ScenarioPlay['act'],
  'submit-correction' | 'supply-tolerance' | 'withdraw' | 'deliver'
>
const BODIES = {
  accept,
  'correct-on-spot': accept,
  'request-correction': accept,
  'not-required': accept,
  'not-competent': accept,
  inspect: ajv.compile(InspectBody),
  'invite-statement': ajv.compile(StatementBody),
  review: ajv.compile(ReviewBody),
  decide: ajv.compile(DecideBody),
  'hand-over': ajv.compile(HandOverBody),
} as const satisfies Record<DeskAct, ValidateFunction>

const MEDIA_TYPES = { pdf: 'application/pdf', png: 'image/png', jpg: 'image/jpeg' } as const

export interface ScenarioOf {
  readonly item: ItemPackage
  readonly form: FormDefinition
  readonly formSchema: JsonSchema
}

export function checkScenario(
  file: string,
  value: unknown,
  { item, form, formSchema }: ScenarioOf,
  findings: Findings,
): Scenario | undefined {
  if (!checkShape(value)) {
    const [error] = checkShape.errors ?? []
    findings.add(
      place(file, error),
      'SCENARIO_SHAPE',
      `不合scenario格式：${said(error)}`,
      `Not a scenario: ${said(error)}`,
    )
    return undefined
  }
  const say = (pointer: string, code: string, zh: string, en: string) =>
    findings.add(`${file}#${pointer}`, code, zh, en)
  if (file !== `scenarios/${value.name}.json`)
    say('/name', 'SCENARIO_NAME', 'name须与文件名一致', 'The name must be that of the file')
  if (!item.channels.includes(value.channel))
    say(
      '/channel',
      'NOT_OFFERED',
      `本事项没有渠道${value.channel}`,
      `The item has no channel ${value.channel}`,
    )
  const { inbound, delivery, sender, recipient } = value.transport
  if (!item.inbound.includes(inbound) || (inbound === 'ems') !== (sender !== undefined))
    say(
      '/transport/inbound',
      'NOT_OFFERED',
      `递交方式${inbound}不对或缺地址`,
      `Way in ${inbound} is not offered or lacks its address`,
    )
  if (!item.delivery.includes(delivery) || (delivery === 'ems') !== (recipient !== undefined))
    say(
      '/transport/delivery',
      'NOT_OFFERED',
      `送达方式${delivery}不对或缺地址`,
      `Delivery ${delivery} is not offered or lacks its address`,
    )
  for (const problem of checkForm({ form, formSchema }, value.form))
    say(problem.field, problem.code, problem.zh, problem.en)
  checkMaterials('/materials', value.materials, item, say)
  value.plays.forEach((play, index) => checkPlay(`/plays/${index}`, play, item, say))
  return value
}

type Say = (pointer: string, code: string, zh: string, en: string) => void

function checkMaterials(
  pointer: string,
  materials: ScenarioMaterials,
  item: ItemPackage,
  say: Say,
): void {
  materials.forEach(({ code, files }, index) => {
    const material = item.materials.find((m) => m.code === code)
    const at = `${pointer}/${index}`
    if (material === undefined)
      return say(at, 'UNKNOWN_MATERIAL', `没有材料${code}`, `There is no material ${code}`)
    if (files.length > material.files.maxCount)
      say(at, 'TOO_MANY_FILES', `${code}的文件太多`, `Too many files for ${code}`)
    for (const { kind } of files)
      if (!material.files.types.includes(MEDIA_TYPES[kind]))
        say(at, 'FILE_TYPE', `${code}不收${kind}`, `${code} does not take ${kind}`)
  })
}

function checkPlay(pointer: string, play: ScenarioPlay, item: ItemPackage, say: Say): void {
  if ('direction' in play) {
    if (play.direction === 'inbound' && !item.inbound.includes('ems'))
      say(pointer, 'NOT_OFFERED', '本事项不收邮寄材料', 'The item takes no papers by courier')
    return
  }
  if (play.act === 'withdraw') return
  if (play.act === 'submit-correction' || play.act === 'supply-tolerance') {
    checkMaterials(`${pointer}/body/materials`, play.body.materials ?? [], item, say)
    return
  }
  const outcome =
    play.act in ACCEPTANCE_OUTCOMES
      ? { outcome: ACCEPTANCE_OUTCOMES[play.act as keyof typeof ACCEPTANCE_OUTCOMES] }
      : {}
  const check: ValidateFunction = BODIES[play.act]
  if (!check({ ...outcome, ...(resolved(play.body) as object) })) {
    const error = check.errors?.at(-1)
    say(
      `${pointer}/body`,
      'ACT_BODY',
      `${play.act}的内容不对：${said(error)}`,
      `Body of ${play.act}: ${said(error)}`,
    )
  }
  const known = new Set([...item.rules.map((rule) => rule.id), ...item.laws.map((law) => law.id)])
  for (const id of citedIn(play.body))
    if (!known.has(id))
      say(`${pointer}/body`, 'UNKNOWN_ID', `item.json里没有${id}`, `item.json has no ${id}`)
}

/** As the player will send it, so that the shape can be judged. */
function resolved(value: unknown): unknown {
  if (typeof value === 'string')
    return value === '$now' ? '2026-01-01T00:00:00Z' : value.startsWith('$event:') ? 1 : value
  if (Array.isArray(value)) return value.map(resolved)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner)]))
}

const CITING_KEYS = new Set(['ruleId', 'ruleIds', 'lawId', 'lawIds'])

function citedIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(citedIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    CITING_KEYS.has(key)
      ? [inner].flat().filter((id): id is string => typeof id === 'string')
      : citedIn(inner),
  )
}

function place(file: string, error: ErrorObject | undefined): string {
  return `${file}#${error?.instancePath ?? ''}`
}

function said(error: ErrorObject | undefined): string {
  const extra = (error?.params as { additionalProperty?: string } | undefined)?.additionalProperty
  return `${error?.instancePath ?? ''} ${error?.message ?? ''} ${extra ?? ''}`.trim()
}
