/** What may stand in a flow: the closed lists the designer chooses from, told by the server so that a page keeps no copy. */
import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }

export const DesignerVocabulary = Type.Object(
  {
    topics: Type.Array(
      Type.Object(
        {
          topic: Type.String(),
          /** camunda:properties a service task of this topic carries, with their values */
          properties: Type.Array(
            Type.Object({ name: Type.String(), values: Type.Array(Type.String()) }, closed),
          ),
        },
        closed,
      ),
    ),
    messages: Type.Array(Type.String()),
    deadlines: Type.Array(Type.String({ description: 'engine variables a timer may wait until' })),
    variables: Type.Array(
      Type.String({ description: 'names a condition may read, beside fact_*' }),
    ),
    acts: Type.Array(Type.String({ description: 'what a person does at a user task' })),
    units: Type.Array(Type.String()),
    posts: Type.Array(
      Type.Object(
        {
          code: Type.String(),
          name: Type.String(),
          nameEn: Type.String(),
        },
        closed,
      ),
    ),
  },
  closed,
)
export type DesignerVocabulary = Static<typeof DesignerVocabulary>
