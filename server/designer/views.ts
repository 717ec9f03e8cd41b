import type { DesignerItems, VersionDetail, VersionSummary } from '../../contracts/designer.ts'
import type { ItemSummary, ItemVersion } from '../../core/catalogue/item-versions.ts'
import { fileDigest, type PackageFiles } from '../../core/catalogue/package-files.ts'

export function toDesignerItem(item: ItemSummary): DesignerItems['items'][number] {
  return { code: item.code, name: item.name, state: item.state, version: item.version.version }
}

export function toVersionSummary(version: ItemVersion): VersionSummary {
  return {
    version: version.version,
    sha256: version.sha256,
    state: version.state,
    ...(version.refusal === null ? {} : { refusal: version.refusal }),
    createdAt: version.createdAt.toISOString(),
    ...(version.publishedAt === null ? {} : { publishedAt: version.publishedAt.toISOString() }),
  }
}

export function toVersionDetail(version: ItemVersion, files: PackageFiles): VersionDetail {
  return {
    itemCode: version.itemCode,
    ...toVersionSummary(version),
    steps: version.steps.map(({ id, name, type, topic, message, candidatePost, next }) => ({
      id,
      name,
      type,
      ...(topic === undefined ? {} : { topic }),
      ...(message === undefined ? {} : { message }),
      ...(candidatePost === undefined ? {} : { post: candidatePost }),
      next: [...next],
    })),
    files: [...files].map(([path, content]) => ({
      path,
      sizeBytes: content.length,
      sha256: fileDigest(content),
    })),
  }
}
