import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { SmsReportAnswer, SmsReportBody } from '../../contracts/partners-push.ts'
import { problem } from '../../contracts/problems.ts'
import type { Database } from '../../core/database/database.ts'
import { recordSmsReports } from '../../core/effects/record-sms-reports.ts'
import { parseSmsReports, smsReportAnswer } from '../../partners/sms/report.ts'

/** Delivery reports of the SMS operator; unsigned, so believed only about messages of ours. */
export const smsReport: FastifyPluginAsyncTypebox<{ db: Database }> = async (app, { db }) => {
  app.post(
    '/sms/report',
    {
      schema: {
        operationId: 'receiveSmsReport',
        summary: '短信回执 Delivery reports of the SMS operator',
        tags: ['partners'],
        body: SmsReportBody,
        response: { 200: SmsReportAnswer },
      },
    },
    async (request) => {
      const parsed = parseSmsReports(request.body)
      if ('fault' in parsed) throw problem('PUSH_REFUSED', { detail: 'not a report' })
      const known = await recordSmsReports(db, parsed.reports)
      request.log.info({ reports: parsed.reports.length, known }, 'message reports')
      return smsReportAnswer
    },
  )
}
