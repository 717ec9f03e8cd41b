/** The only clock of a partner or an adapter; the mains pass the real one, tests a set one. */
export interface Clock {
  now: () => Date
}
