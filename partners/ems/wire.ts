import { Type, type Static } from 'typebox'
import type { CourierTrace } from '../../contracts/courier.ts'
import { chinaTimeToIso } from '../china-time.ts'
import { checkOf } from '../validated.ts'

/** Names and shapes of the post office's messages (domain.md §6). Extra reply fields are allowed. */
export const apiCodes = {
  createOrder: '020003',
  cancelOrder: '020006',
  queryTraces: '040001',
  pushTraces: '040002',
} as const

export const OK = '00000'
export const PROTOCOL_VERSION = 'V1.0.0'

const Text = (maxLength: number) => Type.String({ maxLength })
const Nullable = (maxLength: number) =>
  Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()]))

export const EmsReply = Type.Object({
  serialNo: Nullable(64),
  retCode: Type.String({ minLength: 1, maxLength: 20 }),
  retMsg: Nullable(1000),
  retBody: Nullable(1_000_000),
  retDate: Nullable(40),
})
export type EmsReply = Static<typeof EmsReply>
export const checkReply = checkOf(EmsReply)

const CreatedBody = Type.Object({
  waybillNo: Type.String({ pattern: '^(\\d{13}|[A-Z]{2}\\d{9}[A-Z]{2})$' }),
})
export const checkCreatedBody = checkOf(CreatedBody)

const WireTrace = Type.Object({
  waybillNo: Type.String({ pattern: '^(\\d{13}|[A-Z]{2}\\d{9}[A-Z]{2})$' }),
  opTime: Text(19),
  opCode: Type.String({ minLength: 1, maxLength: 10 }),
  opName: Nullable(50),
  opDesc: Nullable(500),
  deliverCode: Nullable(4),
  attemptDeliveryCode: Nullable(4),
  opOrgName: Nullable(100),
})
type WireTrace = Static<typeof WireTrace>

const TracesBody = Type.Object({ responseItems: Type.Array(WireTrace, { maxItems: 1000 }) })
export const checkTracesBody = checkOf(TracesBody)

/** One push carries one scan; a list is taken too, since the reply to 040001 is one. */
const PushedBody = Type.Union([WireTrace, Type.Array(WireTrace, { minItems: 1, maxItems: 1000 })])
export const checkPushedBody = checkOf(PushedBody)

/** Wire -> our shape; undefined when the time is no time. */
export function toTrace(wire: WireTrace): CourierTrace | undefined {
  const opTime = chinaTimeToIso(wire.opTime)
  if (opTime === undefined) return undefined
  return {
    waybillNo: wire.waybillNo,
    opTime,
    opCode: wire.opCode,
    opName: wire.opName ?? '',
    opDesc: wire.opDesc ?? '',
    ...(wire.deliverCode ? { deliverCode: wire.deliverCode } : {}),
    ...(wire.attemptDeliveryCode ? { attemptDeliveryCode: wire.attemptDeliveryCode } : {}),
    ...(wire.opOrgName ? { opOrgName: wire.opOrgName } : {}),
  }
}

/** All or none: half a list would look like a parcel that never moved on. */
export function toTraces(wires: readonly WireTrace[]): CourierTrace[] | undefined {
  const traces: CourierTrace[] = []
  for (const wire of wires) {
    const trace = toTrace(wire)
    if (!trace) return undefined
    traces.push(trace)
  }
  return traces
}
