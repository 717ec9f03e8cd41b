import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { operationNames } from './operation-names.ts'
import type { EmsStore, Parcel, WireScan } from './simulator-store.ts'

const Advance = Type.Object(
  {
    opCode: Type.Union(Object.keys(operationNames).map((code) => Type.Literal(code))),
    deliverCode: Type.Optional(Type.String({ pattern: '^\\d{2}$' })),
    attemptDeliveryCode: Type.Optional(Type.String({ pattern: '^\\d{1,2}$' })),
  },
  { additionalProperties: false },
)
type Advance = Static<typeof Advance>

const Auto = Type.Object(
  { withinMs: Type.Integer({ minimum: 0, maximum: 86_400_000 }) },
  { additionalProperties: false },
)

interface AdminOptions {
  store: EmsStore
  scan: (parcel: Parcel, opCode: string, more: Omit<Advance, 'opCode'>) => WireScan
  setAuto: (withinMs: number) => void
  pendingPushes: () => number
}

/** What the demo, the tests and the bench turn and read. Not part of the post office's API. */
export function registerEmsAdmin(app: FastifyInstance, options: AdminOptions): void {
  const { store, scan, setAuto, pendingPushes } = options

  /** `requests` counts how often an order came in, `parcels` how many it became: always one. */
  app.get('/admin/ems/orders', async () => {
    const counts = new Map<string, number>()
    for (const { logisticsOrderNo } of store.list()) {
      counts.set(logisticsOrderNo, (counts.get(logisticsOrderNo) ?? 0) + 1)
    }
    const orders = store.list().map((parcel) => ({
      logisticsOrderNo: parcel.logisticsOrderNo,
      waybillNo: parcel.waybillNo,
      requests: parcel.requests,
      parcels: counts.get(parcel.logisticsOrderNo) ?? 0,
      cancelled: parcel.cancelled,
      bookedAt: parcel.bookedAt,
      opCodes: parcel.scans.map((known) => known.opCode),
    }))
    return { orders, unpushed: store.listUnpushed().length, pendingPushes: pendingPushes() }
  })

  /** The whole order as it came in, to check what would stand on the label. */
  app.get<{ Params: { waybillNo: string } }>(
    '/admin/ems/parcels/:waybillNo',
    async (request, reply) =>
      store.findByWaybill(request.params.waybillNo) ?? reply.code(404).send({ error: 'no parcel' }),
  )

  app.post<{ Params: { waybillNo: string }; Body: Advance }>(
    '/admin/ems/parcels/:waybillNo/advance',
    { schema: { body: Advance } },
    async (request, reply) => {
      const parcel = store.findByWaybill(request.params.waybillNo)
      if (!parcel) return reply.code(404).send({ error: 'no parcel' })
      if (parcel.cancelled) return reply.code(409).send({ error: 'cancelled' })
      const { opCode, ...more } = request.body
      return scan(parcel, opCode, more)
    },
  )

  app.post<{ Body: Static<typeof Auto> }>(
    '/admin/ems/auto',
    { schema: { body: Auto } },
    async (request) => {
      setAuto(request.body.withinMs)
      return request.body
    },
  )
}
