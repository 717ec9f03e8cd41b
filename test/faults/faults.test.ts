/**
 * The fault rows 1-4, 8, 9 and 15 of the scoreboard on the whole system as processes, each followed by the invariants
 * I1-I5 over every case filed so far. `npm test` plays them short and together, `npm run test:long` (LONG=1) row by row;
 * LONG_SCALE=0.1 plays a tenth of the numbers, FAULTS_SEED repeats a run.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkInvariants, quiesce } from '../support/invariants.ts'
import { createLoad, type CaseKind, type Load } from '../support/load.ts'
import { startSystem, type System, type WorkerSeat } from '../support/system.ts'
import {
  killEngine,
  killPostgres,
  killServer,
  lifeOf,
  pushShuffled,
  SERVER_POINTS,
} from './house-faults.ts'
import { createSeeded, seedOfRun, type Seeded } from './seeded.ts'
import {
  freezeBeyondLock,
  KILL_POINTS,
  killWorkers,
  loseCompletes,
  type Overtaken,
} from './worker-faults.ts'

const LONG = process.env['LONG'] === '1'
const SCALE = Number(process.env['LONG_SCALE'] ?? '1')
const CLIENTS = 6
const MIX: readonly CaseKind[] = ['instant', 'couriered', 'instant', 'parked', 'instant']

let system: System
let load: Load

beforeAll(async () => {
  system = await startSystem({ workers: 3 })
  load = await createLoad(system)
})
afterAll(async () => {
  await load?.close()
  await system?.close()
})

/** What the scoreboard asks for, scaled, but never so few that a kind of the fault is left out. */
function times(full: number, kinds = 1): number {
  return Math.max(kinds, Math.round(full * SCALE))
}

/** Seeds and counts belong to the result of a run, whatever reporter shows it. */
function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function begin(row: string): Seeded {
  const seeded = createSeeded(seedOfRun())
  say(`${row}: seed ${seeded.seed}`)
  return seeded
}

async function underLoad<T>(mix: readonly CaseKind[], faults: () => Promise<T>): Promise<T> {
  const busy = load.keepBusy(CLIENTS, mix)
  try {
    return await faults()
  } finally {
    await busy.stop()
  }
}

/** Nothing on its way any more, no client had to give up, and every invariant holds. */
async function thenAllHolds(row: string, counts: object): Promise<void> {
  await quiesce(system, load.filed)
  say(`${row}: ${JSON.stringify(counts)}, ${load.filed.length} cases so far`)
  expect(load.failures).toEqual([])
  expect(await checkInvariants(system, load.filed)).toEqual([])
}

async function freezeTimes(
  seats: readonly WorkerSeat[],
  seeded: Seeded,
  tasks: number,
): Promise<Overtaken> {
  let [takenOver, fenced] = [0, 0]
  while (takenOver < tasks) {
    const seat = seeded.pick(seats)
    const round = await freezeBeyondLock(system, seat, seeded.below(150))
    takenOver += round.takenOver
    fenced += round.fenced
  }
  return { takenOver, fenced }
}

async function shufflePushes(seeded: Seeded, parcels: number, depots: number) {
  const waybills: string[] = []
  while (waybills.length < parcels) {
    const wanted = Math.min(4, parcels - waybills.length)
    waybills.push(...(await Promise.all(Array.from({ length: wanted }, () => load.ship()))))
  }
  const scans = waybills.flatMap((waybillNo) => lifeOf(waybillNo, depots, new Date()))
  const pushed = await pushShuffled(system, seeded, scans, 3)
  const { rows } = await system.database.db.raw<{ rows: { traces: number; delivered: number }[] }>(
    `select (select count(*) from parcel_trace where waybill_no = any(:waybills))::int as traces,
            (select count(*) from parcel where waybill_no = any(:waybills) and state = 'delivered')::int as delivered`,
    { waybills },
  )
  expect(rows[0]).toEqual({ traces: scans.length, delivered: parcels })
  expect(pushed.stored).toBe(scans.length * 3)
  return pushed
}

if (LONG) {
  describe('the faults of the scoreboard', () => {
    it('row 1: kill -9 of a worker at six marked points', async () => {
      const seeded = begin('row 1')
      const kills = await underLoad(MIX, () =>
        killWorkers(system.workers, seeded, times(200, KILL_POINTS.length)),
      )
      await thenAllHolds('row 1', kills)
      for (const point of KILL_POINTS) expect(kills[point]).toBeGreaterThan(0)
    })

    it('row 2: kill -9 of the server while it takes filings and decisions', async () => {
      const seeded = begin('row 2')
      const kills = await underLoad(MIX, () =>
        killServer(system, seeded, times(200, SERVER_POINTS.length)),
      )
      await thenAllHolds('row 2', { ...kills, repeatedActs: load.repeatedActs() })
      expect(Math.min(...Object.values(kills))).toBeGreaterThan(0)
    })

    it('row 3: kill -9 of the engine', async () => {
      const seeded = begin('row 3')
      const result = await underLoad(MIX, () => killEngine(system, seeded, times(50)))
      await thenAllHolds('row 3', result)
      expect(result.kills).toBeGreaterThan(0)
    })

    it('row 4: kill -9 of PostgreSQL and of its backends', async () => {
      const seeded = begin('row 4')
      const result = await underLoad(MIX, () => killPostgres(system, seeded, times(30, 3)))
      await thenAllHolds('row 4', result)
      expect(result.postmaster).toBeGreaterThan(0)
      expect(result.backend).toBeGreaterThan(0)
    })

    it('row 8: every fifth answer of complete is lost', async () => {
      const seeded = begin('row 8')
      const lossy = loseCompletes(system, seeded)
      // Five external tasks each, so many completes come together.
      await load.playAll(Array<CaseKind>(Math.ceil(times(5_000) / 5)).fill('instant'), CLIENTS)
      await quiesce(system, load.filed)
      const result = lossy.stop()
      await thenAllHolds('row 8', result)
      expect(result.completes).toBeGreaterThanOrEqual(times(5_000))
      expect(result.lost).toBeGreaterThan(result.completes * 0.1)
    })

    it('row 9: locks run out in mid-work, another worker takes over', async () => {
      const seeded = begin('row 9')
      // A round takes a lock of 60 s; 100 tasks are what fits into the hour, not the 1,000 of the scoreboard.
      const result = await underLoad(MIX, () => freezeTimes(system.workers, seeded, times(100)))
      await thenAllHolds('row 9', result)
      expect(result.fenced).toBeGreaterThan(0)
    })

    it('row 15: pushes three times each, shuffled', async () => {
      const seeded = begin('row 15')
      const parcels = Math.ceil(times(10_000) / 90)
      const result = await shufflePushes(seeded, parcels, 27)
      await thenAllHolds('row 15', result)
    })
  })
} else {
  describe('the faults of the scoreboard, short', () => {
    it('rows 1, 8, 9: workers killed and frozen, answers of complete lost', async () => {
      const seeded = begin('rows 1, 8, 9')
      const lossy = loseCompletes(system, seeded)
      await load.playAll(Array<CaseKind>(10).fill('instant'), CLIENTS)
      await quiesce(system, load.filed)
      const { completes, lost } = lossy.stop()
      const [frozen, ...others] = system.workers
      if (frozen === undefined) throw new Error('no worker to freeze')
      const [overtaken, kills] = await underLoad(MIX, () =>
        Promise.all([
          freezeTimes([frozen], seeded, 1),
          killWorkers(others, seeded, KILL_POINTS.length),
        ]),
      )
      await thenAllHolds('rows 1, 8, 9', { completes, lost, ...overtaken, ...kills })
      expect(lost).toBeGreaterThan(0)
      for (const point of KILL_POINTS) expect(kills[point]).toBeGreaterThan(0)
    })

    it('rows 2, 3, 4, 15: server, engine and PostgreSQL killed, pushes shuffled', async () => {
      const seeded = begin('rows 2, 3, 4, 15')
      const pushes = await shufflePushes(seeded, 3, 7)
      const kills = await underLoad(MIX, async () => ({
        server: await killServer(system, seeded, 3),
        engine: await killEngine(system, seeded, 1),
        postgres: await killPostgres(system, seeded, 3),
      }))
      await thenAllHolds('rows 2, 3, 4, 15', { pushes, ...kills })
      expect(kills.postgres.postmaster).toBeGreaterThan(0)
      expect(kills.postgres.backend).toBeGreaterThan(0)
    })
  })
}
