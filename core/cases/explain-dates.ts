/** Each date with the rule it follows from, in words a citizen can check. */
import type { ItemPackage } from '../../contracts/item-package.ts'
import type { ExplainedDate, StatusView } from '../../contracts/status-view.ts'
import type { DueDates } from '../clock/due-dates.ts'

const UNITS = {
  'working-day': { zh: '个工作日', en: 'working days' },
  'natural-day': { zh: '日', en: 'days' },
  month: { zh: '个月', en: 'months' },
} as const

type Explained = Omit<StatusView['dates'], 'submittedOn'>

export function explainDates(due: DueDates, item: Pick<ItemPackage, 'guide'>): Explained {
  const { guide } = item
  const limit = (l: { days: number; unit: keyof typeof UNITS }) => ({
    zh: `${l.days}${UNITS[l.unit].zh}`,
    en: `${l.days} ${UNITS[l.unit].en}`,
  })
  const promise = limit(guide.promise)
  const statutory = limit(guide.statutory)
  const from = due.acceptedOn
  return {
    ...date(
      'receivedOn',
      due.receivedOn,
      '大厅收到材料的日子，从第二天起算受理期限',
      'The hall holds the papers; the next day is day 1',
    ),
    ...date(
      'acceptBy',
      due.acceptBy,
      `收到后${guide.acceptDays}个工作日内告知是否受理（行政许可法第三十二条）`,
      `Within ${guide.acceptDays} working days of receipt (Licensing Law art. 32)`,
    ),
    ...date(
      'correctBy',
      due.correctBy,
      `通知后${guide.correctionDays}个工作日内补正`,
      `${guide.correctionDays} working days after the notice`,
    ),
    ...date(
      'acceptedOn',
      due.acceptedOn,
      '受理的日子，从第二天起算办理期限',
      'Accepted on this day; the next day is day 1',
    ),
    ...date(
      'promisedOn',
      due.promisedOn,
      `自${from}受理后${promise.zh}，节假日与调休已计入`,
      `${promise.en} after acceptance on ${from}, holidays and make-up days counted`,
    ),
    ...date(
      'legalOn',
      due.legalOn,
      `自${from}受理后${statutory.zh}（${guide.statutory.explain}）`,
      `${statutory.en} after acceptance on ${from} (statute)`,
    ),
    ...date(
      'decidedOn',
      due.decidedOn,
      '作出决定的日子，办理期限到此为止',
      'Decided on this day; the handling clock ends',
    ),
    ...date(
      'deliverBy',
      due.deliverBy,
      `决定后${guide.deliverDays}个工作日内送达（行政许可法第四十四条）`,
      `Within ${guide.deliverDays} working days of the decision (Licensing Law art. 44)`,
    ),
  }
}

function date<K extends keyof Explained>(
  key: K,
  on: string | undefined,
  zh: string,
  en: string,
): { [P in K]?: ExplainedDate } {
  return on === undefined
    ? {}
    : ({ [key]: { on, why: { zh, en } } } as { [P in K]?: ExplainedDate })
}
