/** rules/*.dmn: one decision table in FEEL for each decision, reading declared facts, writing one scalar. */
import { parseUnaryTests } from 'feelin'
import { BpmnModdle, type ModdleElement } from 'bpmn-moddle'
import { FACT_NAME } from '../../contracts/variables.ts'
import { DMN_DESCRIPTOR, DMN_LAYOUT_DESCRIPTORS } from './decision-model.ts'
import { faultInFeel } from './feel.ts'
import type { Findings } from './findings.ts'

export interface DecisionInfo {
  readonly id: string
  readonly file: string
  /** facts its inputs read */
  readonly reads: readonly string[]
  /** name of its only output */
  readonly output: string
}

const moddle = new BpmnModdle({ dmn: DMN_DESCRIPTOR, ...DMN_LAYOUT_DESCRIPTORS })
/** One answer for each case: COLLECT and RULE ORDER give lists, which are no scalar. */
const HIT_POLICIES = ['UNIQUE', 'FIRST', 'ANY']
const FEEL_LANGUAGE = /^(feel|https?:\/\/www\.omg\.org\/spec\/(DMN\/\d+\/FEEL\/?|FEEL\/\d+))$/i
const CAMUNDA_DMN = 'http://camunda.org/schema/1.0/dmn'

export async function checkDecisionFile(
  file: string,
  xml: string,
  findings: Findings,
): Promise<DecisionInfo[]> {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) {
    findings.add(file, 'DOCTYPE', '不得含有DOCTYPE或ENTITY', 'DOCTYPE and ENTITY are not allowed')
    return []
  }
  let parsed
  try {
    parsed = await moddle.fromXML(xml, 'dmn:Definitions')
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unreadable'
    findings.add(file, 'NOT_DMN', `不是可读的DMN 1.3：${reason}`, `Not readable DMN 1.3: ${reason}`)
    return []
  }
  // The engine wants a history time to live on each decision; that is the one attribute of its own we know.
  const faults = parsed.warnings
    .map((warning) => warning.message.split('\n')[0] ?? '')
    .filter((message) => !message.includes('historyTimeToLive'))
  for (const reason of faults)
    findings.add(
      file,
      'DMN_REFUSED',
      `决策表含有不允许的内容：${reason}`,
      `Not allowed in a decision table: ${reason}`,
    )
  if (faults.length > 0) return []
  refuseOtherLanguages(file, xml, findings)
  const decisions = list(parsed.rootElement, 'drgElement')
  if (decisions.length === 0)
    findings.add(file, 'NO_DECISION', '文件里没有决策', 'The file holds no decision')
  return decisions.flatMap((decision) => {
    const info = checkDecision(file, decision, findings)
    return info === undefined ? [] : [info]
  })
}

function checkDecision(
  file: string,
  decision: ModdleElement,
  findings: Findings,
): DecisionInfo | undefined {
  const id = string(decision, 'id')
  const place = `${file}#${id}`
  const table = decision['decisionLogic'] as ModdleElement | undefined
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/.test(id)) {
    findings.add(file, 'DECISION_ID', '决策须有编号', 'A decision needs an id')
    return undefined
  }
  if (table === undefined) {
    findings.add(place, 'NO_TABLE', '决策须是决策表', 'A decision must be a decision table')
    return undefined
  }
  const ttl = decision.$attrs?.['camunda:historyTimeToLive']
  if (ttl === undefined || !/^\d{1,5}$/.test(ttl))
    findings.add(
      place,
      'TIME_TO_LIVE',
      '决策须写明camunda:historyTimeToLive（天数）',
      'A decision needs camunda:historyTimeToLive in days',
    )
  const policy = string(table, 'hitPolicy') || 'UNIQUE'
  if (!HIT_POLICIES.includes(policy))
    findings.add(
      place,
      'HIT_POLICY',
      `命中策略${policy}会给出多个结果`,
      `Hit policy ${policy} gives a list`,
    )
  const inputs = list(table, 'input')
  const outputs = list(table, 'output')
  const [output] = outputs
  if (output === undefined || outputs.length > 1 || !FACT_NAME.test(string(output, 'name')))
    findings.add(
      place,
      'ONE_OUTPUT',
      '决策表须正好有一个输出列，名称形如fact_needsSiteVisit',
      'A decision table needs exactly one output, named like fact_needsSiteVisit',
    )
  const reads = inputs.map((input) => checkInput(place, input, findings))
  checkRules(place, table, { inputs: inputs.length, outputs: outputs.length }, findings)
  return { id, file, reads, output: output === undefined ? '' : string(output, 'name') }
}

/** @returns the fact it reads */
function checkInput(place: string, input: ModdleElement, findings: Findings): string {
  const expression = input['inputExpression'] as ModdleElement | undefined
  const text = expression === undefined ? '' : string(expression, 'text').trim()
  if (!FACT_NAME.test(text))
    findings.add(
      place,
      'INPUT_FACT',
      `输入须是item.json声明的fact_*，不是“${text.slice(0, 60)}”`,
      `An input must be one declared fact_*, not "${text.slice(0, 60)}"`,
    )
  return text
}

function checkRules(
  place: string,
  table: ModdleElement,
  columns: { inputs: number; outputs: number },
  findings: Findings,
): void {
  const rules = list(table, 'rule')
  if (rules.length === 0)
    findings.add(place, 'NO_RULES', '决策表一行也没有', 'The decision table has no rules')
  rules.forEach((rule, index) => {
    const row = `${place}/${string(rule, 'id') || index + 1}`
    const tests = list(rule, 'inputEntry').map((entry) => string(entry, 'text').trim())
    const results = list(rule, 'outputEntry').map((entry) => string(entry, 'text').trim())
    if (tests.length !== columns.inputs || results.length !== columns.outputs)
      findings.add(row, 'ROW_WIDTH', '这一行的格数与列数不符', 'The row does not fit the columns')
    for (const test of tests)
      if (test !== '' && test !== '-' && !isUnaryTest(test))
        findings.add(row, 'NOT_FEEL', `“${test}”不是合法的FEEL`, `"${test}" is not FEEL`)
    for (const result of results) {
      const fault =
        result === '' ? { zh: '没有结果', en: 'no result' } : faultInFeel(result, new Set())
      if (fault !== undefined)
        findings.add(
          row,
          'NOT_FEEL',
          `结果“${result}”：${fault.zh}`,
          `Result "${result}": ${fault.en}`,
        )
    }
  })
}

function isUnaryTest(text: string): boolean {
  if (/\bfunction\s*\(/.test(text) || text.includes('${') || text.includes('#{')) return false
  let valid = true
  parseUnaryTests(text, {}, undefined).iterate({
    enter: (node) => {
      if (node.type.isError || node.name === 'VariableName') valid = false
      return valid
    },
  })
  return valid
}

function refuseOtherLanguages(file: string, xml: string, findings: Findings): void {
  for (const [, language] of xml.matchAll(/(?:expression|type)Language\s*=\s*"([^"]*)"/gi))
    if (language !== undefined && language !== '' && !FEEL_LANGUAGE.test(language))
      findings.add(
        file,
        'LANGUAGE',
        `只能用FEEL，不能用${language}`,
        `Only FEEL is allowed, not ${language}`,
      )
  for (const [, uri] of xml.matchAll(/xmlns:camunda\s*=\s*"([^"]*)"/g))
    if (uri !== CAMUNDA_DMN)
      findings.add(
        file,
        'NAMESPACE',
        '前缀camunda须指向引擎的DMN命名空间',
        `Prefix camunda must be ${CAMUNDA_DMN}`,
      )
}

function list(element: ModdleElement, property: string): ModdleElement[] {
  const value = element[property]
  return Array.isArray(value) ? (value as ModdleElement[]) : []
}

function string(element: ModdleElement, property: string): string {
  const value = element[property]
  return typeof value === 'string' ? value : ''
}
