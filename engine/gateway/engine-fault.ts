/**
 * The engine could not be asked, or answered in a way nobody agreed on: a machine fault, so the caller backs off and
 * asks again. Whether the engine acted is unknown; every call of the gateway is therefore made harmless to repeat.
 * The text holds method, path and codes only, never a body.
 */
export class EngineFault extends Error {
  readonly status: number | undefined

  constructor(message: string, options: { status?: number; cause?: unknown } = {}) {
    super(`engine: ${message}`, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'EngineFault'
    this.status = options.status
  }
}
