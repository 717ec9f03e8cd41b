import { Type, type Static } from 'typebox'

/** What can be made to go wrong on a simulator; a posted value replaces only the fields it names. */
export const FaultOrder = Type.Object(
  {
    /** The next n accepted requests are carried out, but the connection is cut before the answer. */
    dropAnswers: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    /** The same, for each request with this probability. */
    dropProbability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    /** Each answer waits so long. */
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 120_000 })),
    /** Every push is sent so many further times. */
    duplicatePush: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
    /** Pushes are held for a moment and sent in a random order. */
    shufflePush: Type.Optional(Type.Boolean()),
    /** Seed of everything random here, so that a run can be repeated. */
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff })),
  },
  { additionalProperties: false },
)
export type FaultOrder = Static<typeof FaultOrder>

export type Faults = ReturnType<typeof createFaults>

/** The switchboard of one simulator. Random choices come from `seed` (mulberry32) alone. */
export function createFaults() {
  const now: Required<FaultOrder> = {
    dropAnswers: 0,
    dropProbability: 0,
    delayMs: 0,
    duplicatePush: 0,
    shufflePush: false,
    seed: 1,
  }
  let random = mulberry32(now.seed)

  return {
    get: (): Readonly<Required<FaultOrder>> => ({ ...now }),
    set(order: FaultOrder): void {
      Object.assign(now, order)
      if (order.seed !== undefined) random = mulberry32(order.seed)
    },
    /** Asked once for each request that was carried out. */
    losesThisAnswer(): boolean {
      if (now.dropAnswers > 0) {
        now.dropAnswers -= 1
        return true
      }
      return now.dropProbability > 0 && random() < now.dropProbability
    },
    random: () => random(),
  }
}

/** A small public-domain generator: enough for faults, never for secrets. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
