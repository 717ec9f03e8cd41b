/** The guide's own numbers and dates: codes that fit together, promises within the law, fees only by law. */
import type { ItemPackage, TimeLimit } from '../../contracts/item-package.ts'
import { checkUscc } from '../identity-numbers/uscc.ts'
import { catchAllIn } from './catch-all-clause.ts'
import type { Findings } from './findings.ts'

const at = (pointer: string) => `item.json#${pointer}`

export function checkGuide(item: ItemPackage, findings: Findings): void {
  checkCodes(item, findings)
  checkLimits(item, findings)
  checkWords(item, findings)
  const { guide } = item
  const canCharge = item.laws.some(
    (law) => law.rank === 'law' || law.rank === 'administrative-regulation',
  )
  if (guide.isFee && !canCharge)
    findings.add(
      at('/guide/isFee'),
      'FEE_WITHOUT_LAW',
      '收费须有法律或行政法规依据（行政许可法第五十八条）',
      'A fee needs a law or administrative regulation (Licensing Law art. 58)',
    )
  guide.specialProcedure.forEach((procedure, index) => {
    if (!item.laws.some((law) => law.id === procedure.legalBasis))
      findings.add(
        at(`/guide/specialProcedure/${index}/legalBasis`),
        'UNKNOWN_LAW',
        `laws里没有${procedure.legalBasis}`,
        `There is no law ${procedure.legalBasis}`,
      )
  })
}

/** 实施编码 31 = USCC 18 + 行使层级 1 + 基本编码 12; 基本编码 = 地区 2 + 事项类型 2 + 主项 5 + 子项 3 (domain.md §1.1). */
function checkCodes({ guide }: ItemPackage, findings: Findings): void {
  const fault = checkUscc(guide.deptCode)
  if (fault !== undefined)
    findings.add(
      at('/guide/deptCode'),
      'USCC',
      `统一社会信用代码不对（${fault}）`,
      `Not a unified social credit code (${fault})`,
    )
  const expected = `${guide.deptCode}${guide.useLevel}${guide.catalogCode}`
  if (guide.taskCode !== expected)
    findings.add(
      at('/guide/taskCode'),
      'TASK_CODE',
      `实施编码须是deptCode+useLevel+catalogCode，即${expected}`,
      `taskCode must be deptCode + useLevel + catalogCode, ${expected}`,
    )
  if (guide.catalogCode.slice(2, 4) !== guide.taskType)
    findings.add(
      at('/guide/catalogCode'),
      'CATALOG_CODE',
      `基本编码第3、4位须是事项类型${guide.taskType}`,
      `Characters 3 and 4 of catalogCode must be the task type ${guide.taskType}`,
    )
}

function checkLimits(item: ItemPackage, findings: Findings): void {
  const { statutory, promise, projectType } = item.guide
  if (
    shortest(promise) > longest(statutory) ||
    (promise.unit === statutory.unit && promise.days > statutory.days)
  )
    findings.add(
      at('/guide/promise'),
      'PROMISE_TOO_LONG',
      '承诺时限不得长于法定时限',
      'The promised limit must not exceed the statutory one',
    )
  if (item.instant !== (projectType === '1'))
    findings.add(
      at('/guide/projectType'),
      'PROJECT_TYPE',
      '即办件（instant）的办件类型是1，其余是2',
      'projectType is 1 for instant items and 2 for others',
    )
}

/** In natural days, as few and as many as the limit can mean: a working week of 5 may take 7 days, with holidays more. */
function shortest({ days, unit }: TimeLimit): number {
  if (unit === 'month') return days * 28
  return unit === 'natural-day' ? days : days + Math.floor(days / 5) * 2
}

function longest({ days, unit }: TimeLimit): number {
  if (unit === 'month') return days * 31
  return unit === 'natural-day' ? days : days * 2 + 8
}

function checkWords(item: ItemPackage, findings: Findings): void {
  const places: [string, string][] = [
    ...item.guide.acceptCondition.map((t, i): [string, string] => [
      `/guide/acceptCondition/${i}`,
      t,
    ]),
    ...item.materials.flatMap((m, i): [string, string][] => [
      [`/materials/${i}/name`, m.name.zh],
      [`/materials/${i}/name`, m.name.en],
      [`/materials/${i}/fillExplain`, m.fillExplain],
      [`/materials/${i}/acceptStandard`, m.acceptStandard],
    ]),
    ...item.rules.flatMap((r, i): [string, string][] => [
      [`/rules/${i}/text`, r.text.zh],
      [`/rules/${i}/text`, r.text.en],
      [`/rules/${i}/fix`, r.fix.zh],
    ]),
  ]
  for (const [pointer, text] of places) {
    const words = catchAllIn(text)
    if (words !== undefined)
      findings.add(
        at(pointer),
        'CATCH_ALL',
        `兜底条款“${words}”：须写明到底要什么`,
        `Catch-all clause "${words}": say exactly what is asked`,
      )
  }
}
