import { chinaTimeToIso } from '../china-time.ts'
import { parseJson } from '../validated.ts'
import type { SmsReport } from './port.ts'
import { checkReports } from './wire.ts'

/** What the operator wants to read; it retries on anything but HTTP 200. */
export const smsReportAnswer = { code: 0, msg: '成功' } as const

/**
 * A delivery report call-back (a JSON array, parsed or as text) -> reports, or why it is refused.
 * The call carries no signature: believe it only as far as an outId that is ours, and never more than
 * "the phone got it". The phone number is dropped here: nobody behind needs it.
 */
export function parseSmsReports(body: unknown): { reports: SmsReport[] } | { fault: string } {
  const checked = checkReports(typeof body === 'string' ? parseJson(body) : body)
  if ('fault' in checked) return checked
  const reports: SmsReport[] = []
  for (const report of checked.value) {
    const reportedAt = chinaTimeToIso(report.report_time)
    if (reportedAt === undefined) return { fault: '/report_time format' }
    reports.push({
      outId: report.out_id ?? '',
      bizId: report.biz_id,
      delivered: report.success,
      errCode: report.err_code ?? '',
      reportedAt,
    })
  }
  return { reports }
}
