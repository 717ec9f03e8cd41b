import type { Knex } from 'knex'
import type { CalendarSource } from '../../core/clock/calendar.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { applyCourierPush } from '../../core/dispatch/apply-push.ts'
import { listQuietParcels } from '../../core/dispatch/parcels.ts'
import type { CourierGateway } from '../../partners/ems/port.ts'

const QUIET_MS = 6 * 3_600_000
const BATCH = 50

/**
 * Asks the courier about parcels of which nothing was heard for six hours: a lost push must not keep a case waiting.
 * @returns scans that no push had brought
 */
export async function trackQuietParcels(
  db: Knex,
  courier: Pick<CourierGateway, 'track'>,
  { clock, calendar }: { readonly clock: Clock; readonly calendar: CalendarSource },
): Promise<number> {
  const quietSince = new Date(clock.now().getTime() - QUIET_MS)
  let found = 0
  for (const waybillNo of await listQuietParcels(db, quietSince, BATCH)) {
    const result = await courier.track(waybillNo)
    if (result.kind !== 'tracked' || !result.known) continue
    const push = { traces: result.traces, at: clock.now(), calendar }
    found += (await applyCourierPush(db, push)).stored
  }
  return found
}
