/**
 * Whether a package may be published: the one place that knows all checks. Files that cannot be read stop what depends
 * on them; everything else is told at once, so that a designer does not correct one fault an hour.
 */
import { createHash } from 'node:crypto'
import { Ajv, type ErrorObject } from 'ajv'
import ajvFormats from 'ajv-formats'
import { LRUCache } from 'lru-cache'
import { ItemPackage, type FlowStep } from '../../contracts/item-package.ts'
import type { ProblemField } from '../../contracts/problems.ts'
import type { Scenario } from '../../contracts/scenario.ts'
import { DocumentKind } from '../../contracts/topics.ts'
import { compileCheck } from '../documents/compile-check.ts'
import { checkDecisionFile, type DecisionInfo } from './check-decisions.ts'
import { checkFormDefinition } from './check-form-definition.ts'
import { checkGuide } from './check-guide.ts'
import { checkItem } from './check-item.ts'
import { checkScenario } from './check-scenario.ts'
import { createFindings, type Findings } from './findings.ts'
import { checkAnswers } from './flow-rules/check-answers.ts'
import { checkElements } from './flow-rules/check-elements.ts'
import { checkGateways } from './flow-rules/check-gateways.ts'
import { checkOffers, checkOrder } from './flow-rules/check-order.ts'
import { checkParcels } from './flow-rules/check-parcels.ts'
import { checkPaths } from './flow-rules/check-paths.ts'
import { checkSteps, listSteps } from './flow-rules/check-steps.ts'
import { checkTasks } from './flow-rules/check-tasks.ts'
import { checkTimers } from './flow-rules/check-timers.ts'
import type { FlowContext, FlowRule } from './flow-rules/flow-context.ts'
import type { FormDefinition } from './form-definition.ts'
import { deriveFormSchema, type JsonSchema } from './form-schema.ts'
import {
  MAX_FILE_BYTES,
  PACKAGE_PATHS,
  packageDigest,
  REQUIRED_PATHS,
  type PackageFiles,
} from './package-files.ts'
import { readFlow } from './read-flow.ts'

export interface CheckedPackage {
  readonly ok: true
  readonly package: ItemPackage
  readonly form: FormDefinition
  readonly formSchema: JsonSchema
  /** BPMN XML */
  readonly flow: string
  readonly steps: FlowStep[]
  readonly decisions: readonly DecisionInfo[]
  readonly scenarios: readonly Scenario[]
  readonly sha256: string
}

export type PackageCheck =
  CheckedPackage | { readonly ok: false; readonly problems: ProblemField[] }

const FLOW_RULES: readonly FlowRule[] = [
  checkElements,
  checkTasks,
  checkGateways,
  checkTimers,
  checkAnswers,
  checkParcels,
  checkPaths,
  checkOrder,
  checkOffers,
  checkSteps,
]

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true })
ajvFormats.default(ajv)
const checkItemShape = ajv.compile<ItemPackage>(ItemPackage)

export async function checkPackage(files: PackageFiles): Promise<PackageCheck> {
  const findings = createFindings()
  const texts = readTexts(files, findings)
  const item = readItem(texts, findings)
  const form = readForm(texts, findings)
  const decisions = await readDecisions(texts, findings)
  const flow = texts.get('flow.bpmn')
  const model = flow === undefined ? undefined : await readFlow(flow, findings)
  const formSchema = form === undefined ? undefined : schemaOf(form, texts.get('form.json') ?? '')
  if (item === undefined || form === undefined || formSchema === undefined)
    return { ok: false, problems: findings.list }
  checkItem(item, form, files, findings)
  checkGuide(item, findings)
  checkFacts(item, decisions, findings)
  checkTemplates(item, texts, findings)
  // A form that is refused has no contract to hold scenarios against.
  const scenarios =
    findings.list.length === 0 ? readScenarios(texts, { item, form, formSchema }, findings) : []
  if (flow === undefined || model === undefined) return { ok: false, problems: findings.list }
  const context: FlowContext = { flow: model, item, decisions, findings }
  for (const rule of FLOW_RULES) rule(context)
  if (findings.list.length > 0) return { ok: false, problems: findings.list }
  const steps = listSteps(context)
  const sha256 = packageDigest(files)
  return { ok: true, package: item, form, formSchema, flow, steps, decisions, scenarios, sha256 }
}

/**
 * By the text of form.json: compiling its validator is a third of the whole check, and who works on a package changes
 * one file at a time.
 */
const schemas = new LRUCache<string, JsonSchema>({ max: 20 })

function schemaOf(form: FormDefinition, text: string): JsonSchema {
  const key = createHash('sha256').update(text).digest('hex')
  const known = schemas.get(key) ?? deriveFormSchema(form)
  schemas.set(key, known)
  return known
}

/** Known paths only, small, UTF-8. */
function readTexts(files: PackageFiles, findings: Findings): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const path of REQUIRED_PATHS)
    if (!files.has(path)) findings.add(path, 'FILE_MISSING', '缺这个文件', 'This file is missing')
  for (const [path, content] of files) {
    if (!PACKAGE_PATHS.some((known) => known.test(path)))
      findings.add(
        path,
        'FILE_UNKNOWN',
        '事项包里不能有这个文件',
        'A package may not hold this file',
      )
    else if (content.length > MAX_FILE_BYTES)
      findings.add(path, 'TOO_LARGE', '超过1024 KiB', 'It is larger than 1024 KiB')
    else
      try {
        texts.set(path, new TextDecoder('utf-8', { fatal: true }).decode(content))
      } catch {
        findings.add(path, 'NOT_UTF8', '不是UTF-8文本', 'It is not UTF-8 text')
      }
  }
  return texts
}

function readJson(path: string, text: string, findings: Findings): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : ''
    findings.add(path, 'NOT_JSON', `不是合法的JSON：${reason}`, `It is not JSON: ${reason}`)
    return undefined
  }
}

function readItem(texts: ReadonlyMap<string, string>, findings: Findings): ItemPackage | undefined {
  const text = texts.get('item.json')
  const value = text === undefined ? undefined : readJson('item.json', text, findings)
  if (value === undefined) return undefined
  if (checkItemShape(value)) return value
  for (const error of checkItemShape.errors ?? []) {
    if (error.keyword === 'anyOf' || error.keyword === 'const') continue
    const detail = detailOf(error)
    findings.add(
      `item.json#${error.instancePath}`,
      'ITEM_SHAPE',
      `不合事项包格式：${detail}`,
      `Not as the contract wants it: ${detail}`,
    )
  }
  return undefined
}

function detailOf(error: ErrorObject): string {
  const { additionalProperty, allowedValues } = error.params as {
    additionalProperty?: string
    allowedValues?: readonly unknown[]
  }
  return [error.message, additionalProperty, allowedValues?.join(', ')].filter(Boolean).join(' ')
}

function readForm(
  texts: ReadonlyMap<string, string>,
  findings: Findings,
): FormDefinition | undefined {
  const text = texts.get('form.json')
  const value = text === undefined ? undefined : readJson('form.json', text, findings)
  return value === undefined ? undefined : checkFormDefinition(value, findings)
}

async function readDecisions(
  texts: ReadonlyMap<string, string>,
  findings: Findings,
): Promise<DecisionInfo[]> {
  const decisions: DecisionInfo[] = []
  for (const [path, text] of texts) {
    if (!path.endsWith('.dmn')) continue
    for (const decision of await checkDecisionFile(path, text, findings)) {
      if (decisions.some((other) => other.id === decision.id))
        findings.add(
          path,
          'DUPLICATE_ID',
          `决策编号重复：${decision.id}`,
          `The decision ${decision.id} exists twice`,
        )
      decisions.push(decision)
    }
  }
  return decisions
}

function checkFacts(
  item: ItemPackage,
  decisions: readonly DecisionInfo[],
  findings: Findings,
): void {
  const declared = new Set(item.facts.map((fact) => fact.name))
  for (const decision of decisions) {
    for (const fact of decision.reads)
      if (!declared.has(fact))
        findings.add(
          `${decision.file}#${decision.id}`,
          'UNKNOWN_FACT',
          `item.json没有声明${fact}`,
          `item.json declares no ${fact}`,
        )
    if (declared.has(decision.output))
      findings.add(
        `${decision.file}#${decision.id}`,
        'FACT_TAKEN',
        `${decision.output}已是表单事实，不能再作输出`,
        `${decision.output} is a fact of the form and cannot be an output`,
      )
  }
}

function checkTemplates(
  item: ItemPackage,
  texts: ReadonlyMap<string, string>,
  findings: Findings,
): void {
  const used = Object.entries(item.documents.templates ?? {})
  const kinds: readonly string[] = DocumentKind.enum
  for (const [kind, path] of used) {
    const text = texts.get(path)
    if (!kinds.includes(kind))
      findings.add(
        `item.json#/documents/templates/${kind}`,
        'UNKNOWN_KIND',
        '没有这种文书',
        'There is no such document',
      )
    else if (text !== undefined)
      for (const fault of compileCheck(path, kind as (typeof DocumentKind.enum)[number], text))
        findings.add(fault.field, fault.code, fault.zh, fault.en)
  }
  for (const path of texts.keys())
    if (path.endsWith('.typ') && !used.some(([, template]) => template === path))
      findings.add(
        path,
        'FILE_UNUSED',
        'item.json没有用到这个模板',
        'item.json does not use this template',
      )
}

function readScenarios(
  texts: ReadonlyMap<string, string>,
  of: { item: ItemPackage; form: FormDefinition; formSchema: JsonSchema },
  findings: Findings,
): Scenario[] {
  return [...texts].flatMap(([path, text]) => {
    if (!path.startsWith('scenarios/')) return []
    const value = readJson(path, text, findings)
    const scenario = value === undefined ? undefined : checkScenario(path, value, of, findings)
    return scenario ?? []
  })
}
