import { formatChinaDay } from '../china-time.ts'
import type { Journal } from '../journal.ts'
import type { CheckedSms } from './simulator-checks.ts'

/** One message that was really sent; `sentAt` is ISO 8601. */
export interface SentSms extends CheckedSms {
  bizId: string
  sentAt: string
  status: 1 | 2 | 3
  reportedAt?: string
}

export type SmsEntry =
  | { type: 'sent'; sms: SentSms }
  | { type: 'reported'; bizId: string; at: string; success: boolean }
  | { type: 'report-taken'; bizId: string }

/** So many messages of one signature to one phone (domain.md §7: notices 50 a day). */
export interface SmsLimits {
  perMinute: number
  perHour: number
  perDay: number
}

export type SmsStore = ReturnType<typeof createSmsStore>

/** All the simulated operator knows: written to the journal first, then believed. */
export function createSmsStore(journal: Journal<SmsEntry>) {
  const sent: SentSms[] = []
  const byBizId = new Map<string, SentSms>()
  const byPhone = new Map<string, SentSms[]>()
  const untaken = new Set<string>()

  function apply(entry: SmsEntry): void {
    switch (entry.type) {
      case 'sent': {
        const sms = { ...entry.sms }
        sent.push(sms)
        byBizId.set(sms.bizId, sms)
        const before = byPhone.get(sms.phone)
        if (before) before.push(sms)
        else byPhone.set(sms.phone, [sms])
        untaken.add(sms.bizId)
        return
      }
      case 'reported': {
        const sms = byBizId.get(entry.bizId)
        if (sms) Object.assign(sms, { status: entry.success ? 3 : 2, reportedAt: entry.at })
        return
      }
      case 'report-taken':
        untaken.delete(entry.bizId)
        return
    }
  }

  function record(entry: SmsEntry): void {
    journal.append(entry)
    apply(entry)
  }

  journal.past.forEach(apply)

  return {
    list: (): readonly SentSms[] => sent,
    find: (bizId: string) => byBizId.get(bizId),
    /** Newest first, as QuerySendDetails lists them. */
    listOfDay: (phone: string, day: string) =>
      (byPhone.get(phone) ?? [])
        .filter((sms) => formatChinaDay(new Date(sms.sentAt)) === day)
        .toReversed(),
    listUntaken: () => sent.filter((sms) => untaken.has(sms.bizId)),
    isOverLimit(phone: string, signName: string, limits: SmsLimits, now: Date): boolean {
      const before = byPhone.get(phone) ?? []
      // Fewer messages than the smallest limit: no need to look at their ages.
      if (before.length < Math.min(limits.perMinute, limits.perHour, limits.perDay)) return false
      const ages = before
        .filter((sms) => sms.signName === signName)
        .map((sms) => now.getTime() - Date.parse(sms.sentAt))
      const within = (ms: number) => ages.filter((age) => age < ms).length
      return (
        within(60_000) >= limits.perMinute ||
        within(3_600_000) >= limits.perHour ||
        within(86_400_000) >= limits.perDay
      )
    },
    send: (sms: SentSms) => record({ type: 'sent', sms }),
    report: (bizId: string, at: string, success: boolean) =>
      record({ type: 'reported', bizId, at, success }),
    reportTaken: (bizId: string) => record({ type: 'report-taken', bizId }),
    close: () => journal.close(),
  }
}
