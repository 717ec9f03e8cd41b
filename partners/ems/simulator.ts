import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { formatChinaTime, parseChinaTime } from '../china-time.ts'
import type { Clock } from '../clock.ts'
import { demoAddresses } from '../demo-keys.ts'
import { createFaults } from '../faults.ts'
import { createHttpClient } from '../http-client.ts'
import { openJournal } from '../journal.ts'
import { createPusher } from '../pusher.ts'
import { answer, registerFaultRoutes } from '../simulator-http.ts'
import { parseJson } from '../validated.ts'
import { sealEnvelope } from './envelope.ts'
import { operationNames, ordinaryLife } from './operation-names.ts'
import { registerEmsAdmin } from './simulator-admin.ts'
import {
  checkCancel,
  checkEnvelope,
  checkOrders,
  checkTraceQuery,
  emsErrors,
  type EmsAccount,
  type EmsError,
} from './simulator-checks.ts'
import { createEmsStore, type EmsEntry, type Parcel, type WireScan } from './simulator-store.ts'
import { OK, apiCodes } from './wire.ts'

export interface EmsSimulatorOptions extends EmsAccount {
  clock: Clock
  /** Where scans are pushed to; without it nothing is pushed. */
  pushUrl?: string | undefined
  /** Append-only file; without it everything is forgotten at the end. */
  journalPath?: string | undefined
  /** Each new parcel is delivered by itself within this time; 0 = only by hand. */
  autoMs?: number
}

/** The post office's API path below its host. */
export const EMS_API_PATH = demoAddresses.emsPath

const PUSH_RETRY_MS = { first: 200, most: 30_000 }

type Outcome = { body: unknown; message?: string } | { error: EmsError; detail?: string }

/** A post office that checks what the real one checks and books what the real one books. */
export function registerEmsSimulator(app: FastifyInstance, options: EmsSimulatorOptions) {
  const { clock, pushUrl, senderNo, signKey } = options
  const faults = createFaults()
  const store = createEmsStore(openJournal<EmsEntry>(options.journalPath))
  const http = createHttpClient('our-push-url', {
    totalMs: 5000,
    connectMs: 2000,
    maxBytes: 65_536,
  })
  const living = new Map<string, NodeJS.Timeout>()
  let autoMs = options.autoMs ?? 0

  const pusher = createPusher<WireScan>({
    faults,
    // The courier calls once for each scan.
    send: ([scan]) => pushScan(scan),
    taken: (scan) => store.pushed(scan),
    retryAfterMs: (tries) => Math.min(PUSH_RETRY_MS.most, PUSH_RETRY_MS.first * 2 ** (tries - 1)),
  })

  async function pushScan(scan: WireScan): Promise<boolean> {
    if (pushUrl === undefined) return true
    const pushed = await http.postForm(pushUrl, {
      method: apiCodes.pushTraces,
      msgType: '0',
      senderNo,
      serialNo: newSerialNo(),
      timeStamp: formatChinaTime(clock.now()),
      version: 'v1.0.0',
      logitcsInterface: sealEnvelope(JSON.stringify(scan), signKey),
    })
    const reply = parseJson(pushed.text) as { code?: unknown } | null | undefined
    return pushed.status === 200 && reply?.code === OK
  }

  /** Each scan of a parcel is at least a second after the one before: the protocol has no finer time. */
  function scan(
    parcel: Parcel,
    opCode: string,
    more: { deliverCode?: string; attemptDeliveryCode?: string } = {},
  ): WireScan {
    const last = parseChinaTime(parcel.scans.at(-1)?.opTime ?? '')
    const at = Math.max(clock.now().getTime(), last ? last.getTime() + 1000 : 0)
    const opName = operationNames[opCode] ?? '其他'
    const wire: WireScan = {
      waybillNo: parcel.waybillNo,
      opTime: formatChinaTime(new Date(at)),
      opCode,
      opName,
      opDesc: `邮件在【广州天河营业部】${opName}`,
      opOrgName: '广州天河营业部',
      ...more,
    }
    store.scan(wire)
    pusher.add(wire)
    return wire
  }

  /** Goes on from wherever the parcel is, so a restart does not stop its life. */
  function liveOn(parcel: Parcel): void {
    if (autoMs <= 0 || living.has(parcel.waybillNo) || nextScan(parcel) === undefined) return
    const timer = setTimeout(() => {
      living.delete(parcel.waybillNo)
      const next = nextScan(parcel)
      if (next !== undefined) scan(parcel, next, next === '704' ? { deliverCode: '10' } : {})
      liveOn(parcel)
    }, autoMs / ordinaryLife.length)
    living.set(parcel.waybillNo, timer)
  }

  function book(message: unknown): Outcome {
    const checked = checkOrders(message)
    if ('fault' in checked) return { error: 'wrongOrder', detail: checked.fault }
    const [order] = checked.value
    if (!order) return { error: 'wrongOrder' }
    if (!hasNumber(order.sender) || !hasNumber(order.receiver)) {
      return { error: 'wrongOrder', detail: 'mobile or phone' }
    }
    if (store.findByOrder(order.logisticsOrderNo)?.cancelled) return { error: 'cancelledOrder' }
    const isNew = !store.findByOrder(order.logisticsOrderNo)
    const parcel = store.book(order.logisticsOrderNo, order, formatChinaTime(clock.now()))
    if (isNew) liveOn(parcel)
    return { body: { success: 'true', waybillNo: parcel.waybillNo } }
  }

  function cancel(message: unknown): Outcome {
    const checked = checkCancel(message)
    if ('fault' in checked) return { error: 'wrongOrder', detail: checked.fault }
    const parcel = store.findByWaybill(checked.value.waybillNo)
    if (parcel?.logisticsOrderNo !== checked.value.logisticsOrderNo)
      return { error: 'unknownOrder' }
    if (parcel.scans.length > 0) return { error: 'alreadyCollected' }
    if (!parcel.cancelled) store.cancel(parcel.waybillNo)
    return { body: { success: 'true' } }
  }

  function traces(message: unknown): Outcome {
    const checked = checkTraceQuery(message)
    if ('fault' in checked) return { error: 'wrongOrder', detail: checked.fault }
    const parcel = store.findByWaybill(checked.value.waybillNo)
    if (!parcel || parcel.scans.length === 0) return { body: undefined, message: '无轨迹信息' }
    return { body: { responseItems: parcel.scans } }
  }

  const interfaces: Readonly<Record<string, (message: unknown) => Outcome>> = {
    [apiCodes.createOrder]: book,
    [apiCodes.cancelOrder]: cancel,
    [apiCodes.queryTraces]: traces,
  }

  app.post<{ Body: Record<string, string> | undefined }>(EMS_API_PATH, async (request, reply) => {
    const form = request.body ?? {}
    const run = interfaces[form['apiCode'] ?? '']
    const checked = checkEnvelope(form, options, clock.now())
    const outcome: Outcome =
      'error' in checked ? checked : run ? run(checked.message) : { error: 'unknownInterface' }
    return answer(faults, request, reply, toReply(outcome, clock.now()))
  })

  registerFaultRoutes(app, '/admin/ems/faults', faults)
  registerEmsAdmin(app, {
    store,
    scan,
    pendingPushes: () => pusher.pending(),
    setAuto(withinMs) {
      autoMs = withinMs
      store.list().forEach(liveOn)
    },
  })

  for (const unpushed of store.listUnpushed()) pusher.add(unpushed)
  store.list().forEach(liveOn)

  return {
    async close(): Promise<void> {
      for (const timer of living.values()) clearTimeout(timer)
      await pusher.close()
      await http.close()
      store.close()
    },
  }
}

function toReply(outcome: Outcome, now: Date) {
  const common = { serialNo: newSerialNo(), retDate: formatChinaTime(now) }
  if ('error' in outcome) {
    const [retCode, words] = emsErrors[outcome.error]
    const retMsg = outcome.detail === undefined ? words : `${words}：${outcome.detail}`
    return { ...common, retCode, retMsg, retBody: '', success: false }
  }
  const retBody = outcome.body === undefined ? '' : JSON.stringify(outcome.body)
  return { ...common, retCode: OK, retMsg: outcome.message ?? '成功', retBody, success: true }
}

function nextScan(parcel: Parcel): string | undefined {
  if (parcel.cancelled) return undefined
  const done = new Set(parcel.scans.map((known) => known.opCode))
  return ordinaryLife.find((opCode) => !done.has(opCode))
}

function newSerialNo(): string {
  return randomUUID().replaceAll('-', '').toUpperCase()
}

function hasNumber(party: { mobile?: string; phone?: string }): boolean {
  return party.mobile !== undefined || party.phone !== undefined
}
