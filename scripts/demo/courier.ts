/** The simulated partners' own counters: moves parcels and counts what really left the house. Not part of our API. */
import type { HttpClient } from './http-client.ts'
import { createHttpClient } from './http-client.ts'

export interface PartnerLedger {
  /** waybill numbers booked for the case, by logistics order number */
  parcelsOf(caseNo: string): Promise<{ waybillNo: string; logisticsOrderNo: string }[]>
  /** SMS and mails that reached the applicant */
  messagesOf(caseNo: string): Promise<number>
  advance(waybillNo: string, opCode: string, deliverCode?: string): Promise<void>
}

interface AdminOrder {
  readonly logisticsOrderNo: string
  readonly waybillNo: string
}

interface AdminSms {
  readonly content: string
}

interface AdminMail {
  readonly text: string
}

export function createPartnerLedger(base: string): PartnerLedger {
  const http: HttpClient = createHttpClient({ base })
  return {
    async parcelsOf(caseNo) {
      const { orders } = await http.json<{ orders: AdminOrder[] }>('/admin/ems/orders')
      return orders.filter((o) => o.logisticsOrderNo.startsWith(`${caseNo}-`))
    },
    async messagesOf(caseNo) {
      const { messages } = await http.json<{ messages: AdminSms[] }>('/admin/sms/messages')
      const { messages: mails } = await http.json<{ messages: AdminMail[] }>('/admin/mail/messages')
      const sms = messages.filter((m) => m.content.includes(caseNo))
      return sms.length + mails.filter((m) => m.text.includes(caseNo)).length
    },
    async advance(waybillNo, opCode, deliverCode) {
      await http.json(`/admin/ems/parcels/${waybillNo}/advance`, {
        method: 'POST',
        json: { opCode, ...(deliverCode === undefined ? {} : { deliverCode }) },
      })
    },
  }
}
