/** What each event is called to the applicant (ux.md §2, words); every event type has a word or is deliberately silent. */
import type { CaseEventType } from '../../contracts/case-events.ts'
import type { Bilingual } from '../../contracts/item-package.ts'

const words = (zh: string, en: string): Bilingual => ({ zh, en })

export const TIMELINE_WORDS = {
  submitted: words('您提交了申请', 'You filed the application'),
  received: words('大厅收到了材料', 'The hall received the papers'),
  'materials-checked': words('系统核对了材料', 'The papers were checked automatically'),
  'corrected-on-the-spot': words('当场更正', 'Corrected on the spot'),
  'correction-requested': words('需要您补正材料', 'You are asked to correct papers'),
  'correction-submitted': words('您补正了材料', 'You corrected the papers'),
  'correction-expired': words('逾期未补正，已退件', 'Not corrected in time; returned'),
  accepted: words('已受理', 'Accepted'),
  'acceptance-refused': words('没有受理', 'Not accepted'),
  'tolerance-supplied': words('您补齐了容缺材料', 'You supplied the tolerated papers'),
  'tolerance-expired': words('容缺材料逾期未补', 'The tolerated papers were not supplied in time'),
  'site-inspected': words('工作人员上门核查', 'Officers checked on site'),
  'statement-invited': words('听取了您的陈述', 'Your statement was heard'),
  reviewed: words('审查完成', 'Reviewed'),
  decided: words('作出决定', 'Decided'),
  'document-issued': words('出具文书', 'A paper was issued'),
  dispatched: words('已交邮政寄递', 'Handed to the courier'),
  'parcel-tracked': words('邮件有新动态', 'The parcel moved'),
  delivered: words('已送达', 'Delivered'),
  'delivery-reversed': words(
    '邮政更正：还没有送到',
    'The courier corrected itself: not delivered yet',
  ),
  noticed: words('已通知您', 'You were notified'),
  withdrawn: words('您撤回了申请', 'You withdrew the application'),
  terminated: words('办理终止', 'Ended'),
  closed: words('办结', 'Closed'),
} as const satisfies Record<CaseEventType, Bilingual>
