/** The item designer's counter: check, publish, list and download item packages. */
import { Type, type Static } from 'typebox'
import { Bilingual } from './item-package.ts'

const closed = { additionalProperties: false }
const DateTime = Type.String({ format: 'date-time' })

export const VersionState = Type.Enum(['deploying', 'published', 'refused'] as const)

/** What a package would become, or became. */
export const PackageSummary = Type.Object(
  {
    itemCode: Type.String(),
    sha256: Type.String(),
    name: Bilingual,
    steps: Type.Integer(),
    rules: Type.Integer(),
    materials: Type.Integer(),
  },
  closed,
)
export type PackageSummary = Static<typeof PackageSummary>

export const PublishResult = Type.Object(
  {
    itemCode: Type.String(),
    version: Type.Integer(),
    state: VersionState,
  },
  {
    ...closed,
    description: '201 published; 202 the engine has not answered yet: ask for the version',
  },
)
export type PublishResult = Static<typeof PublishResult>

export const DesignerItem = Type.Object(
  {
    code: Type.String(),
    name: Bilingual,
    state: Type.Enum(['active', 'suspended'] as const),
    version: Type.Integer({ description: 'the newest published one' }),
  },
  closed,
)

export const DesignerItems = Type.Object({ items: Type.Array(DesignerItem) }, closed)
export type DesignerItems = Static<typeof DesignerItems>

export const VersionSummary = Type.Object(
  {
    version: Type.Integer(),
    sha256: Type.String(),
    state: VersionState,
    refusal: Type.Optional(Type.String({ description: 'the words of the engine’s deploy gate' })),
    createdAt: DateTime,
    publishedAt: Type.Optional(DateTime),
  },
  closed,
)
export type VersionSummary = Static<typeof VersionSummary>

export const VersionList = Type.Object({ versions: Type.Array(VersionSummary) }, closed)
export type VersionList = Static<typeof VersionList>

export const VersionDetail = Type.Object(
  {
    itemCode: Type.String(),
    ...VersionSummary.properties,
    steps: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          name: Type.String(),
          type: Type.String(),
          topic: Type.Optional(Type.String()),
          message: Type.Optional(Type.String()),
          post: Type.Optional(Type.String()),
          next: Type.Array(Type.String()),
        },
        closed,
      ),
    ),
    files: Type.Array(
      Type.Object(
        { path: Type.String(), sizeBytes: Type.Integer(), sha256: Type.String() },
        closed,
      ),
    ),
  },
  closed,
)
export type VersionDetail = Static<typeof VersionDetail>
