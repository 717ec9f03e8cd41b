export interface BenchPorts {
  readonly ours: {
    readonly server: number
    readonly engine: number
    readonly postgres: number
    readonly partners: number
    readonly smtp: number
  }
  readonly stock: { readonly engine: number; readonly postgres: number }
}

/** Seven of the ten ports from `first` on. */
export function benchPorts(first: number): BenchPorts {
  return {
    ours: {
      server: first,
      engine: first + 1,
      postgres: first + 2,
      partners: first + 3,
      smtp: first + 4,
    },
    stock: { engine: first + 5, postgres: first + 6 },
  }
}
