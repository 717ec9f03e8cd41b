/** The states of domain.md §3.2 with the staff word, the citizen's word and English (ux.md §2, words). */
import { Type, type Static } from 'typebox'

export const CaseStatus = Type.Enum([
  'submitted',
  'received',
  'correcting',
  'accepted',
  'decided',
  'closed',
  'delivering',
  'delivered',
  'acceptance-refused',
  'returned',
  'withdrawn',
  'terminated',
] as const)
export type CaseStatus = Static<typeof CaseStatus>

export const STATUS_WORDS = {
  submitted: { staff: '已申报', zh: '已提交，等材料到大厅', en: 'Submitted' },
  received: { staff: '收件', zh: '已收到，等核对', en: 'Received' },
  correcting: { staff: '补正', zh: '需要您补材料', en: 'Action needed' },
  accepted: { staff: '审查', zh: '已受理，正在审查', en: 'In review' },
  decided: { staff: '决定', zh: '已有结果', en: 'Decided' },
  closed: { staff: '办结', zh: '办好了', en: 'Done' },
  delivering: { staff: '送达中', zh: '办好了，正在送', en: 'On its way' },
  delivered: { staff: '送达', zh: '已送到', en: 'Delivered' },
  'acceptance-refused': { staff: '不予受理', zh: '没有受理', en: 'Not accepted' },
  returned: { staff: '退件', zh: '已退回，可重新申请', en: 'Returned' },
  withdrawn: { staff: '撤回', zh: '您已撤回', en: 'Withdrawn' },
  terminated: { staff: '终止', zh: '已终止', en: 'Ended' },
} as const satisfies Record<CaseStatus, { staff: string; zh: string; en: string }>
