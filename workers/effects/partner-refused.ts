/** The partner understood and says no: an operator must look; repeating gives the same answer. */
export class PartnerRefused extends Error {
  readonly partner: string
  readonly code: string

  constructor(partner: string, code: string) {
    super(`${partner} refused (${code})`)
    this.name = 'PartnerRefused'
    this.partner = partner
    this.code = code
  }
}

/** Someone else is at it, or an earlier attempt asked for patience: come again. */
export class EffectBusy extends Error {
  constructor() {
    super('the effect is held or must wait')
    this.name = 'EffectBusy'
  }
}
