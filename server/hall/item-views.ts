import type { ItemForm, ItemGuide, ItemSummary } from '../../contracts/hall.ts'
import type { ItemSummary as Item, ItemVersion } from '../../core/catalogue/item-versions.ts'

export function toItemSummary(item: Item): ItemSummary {
  const { package: pkg, version } = item.version
  return {
    code: item.code,
    name: item.name,
    state: item.state,
    ...reasonOf(item),
    version,
    instant: pkg.instant,
    channels: pkg.channels,
    deptName: pkg.guide.deptName,
    promise: pkg.guide.promise,
    statutory: pkg.guide.statutory,
  }
}

export function toItemGuide(item: Item): ItemGuide {
  const { package: pkg, version, sha256 } = item.version
  return {
    code: item.code,
    version,
    sha256,
    state: item.state,
    ...reasonOf(item),
    instant: pkg.instant,
    guide: pkg.guide,
    channels: pkg.channels,
    inbound: pkg.inbound,
    delivery: pkg.delivery,
    materials: pkg.materials,
    laws: pkg.laws,
    rules: pkg.rules.map(({ test, ...rule }) => ({ ...rule, automatic: test.type !== 'manual' })),
  }
}

export function toItemForm(version: ItemVersion): ItemForm {
  return {
    code: version.itemCode,
    version: version.version,
    form: version.form as unknown as Record<string, unknown>,
    schema: { ...version.formSchema },
  }
}

function reasonOf(item: Item): { suspendedReason?: string } {
  return item.suspendedReason === null ? {} : { suspendedReason: item.suspendedReason }
}
