import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { DesignerVocabulary } from '../../contracts/designer-vocabulary.ts'
import { Step, StepAct } from '../../contracts/item-package.ts'
import { Topics, type TopicContract } from '../../contracts/topics.ts'
import { Messages, Variables } from '../../contracts/variables.ts'
import type { Database } from '../../core/database/database.ts'
import { listPosts } from '../../core/identity/posts.ts'

/** 词表: the words a flow is made of; contracts/ is the one place they are written. */
export const getVocabulary: FastifyPluginAsyncTypebox<{ db: Database }> = async (app, { db }) => {
  app.get(
    '/vocabulary',
    {
      schema: {
        operationId: 'getDesignerVocabulary',
        summary: '词表 Topics, messages, deadlines and posts a flow may name',
        tags: ['designer'],
        security: [{ staffSession: [] }],
        response: { 200: DesignerVocabulary },
      },
    },
    async () => ({
      topics: Object.values(Topics).map(({ topic, properties }: TopicContract) => ({
        topic,
        properties: propertiesOf(properties),
      })),
      messages: Object.values(Messages),
      deadlines: [Variables.correctionDeadline, Variables.toleranceDeadline],
      variables: Object.values(Variables),
      acts: valuesOf(StepAct),
      units: valuesOf(Step.properties.unit),
      posts: await listPosts(db),
    }),
  )
}

function propertiesOf(schema: object): { name: string; values: string[] }[] {
  const { properties = {} } = schema as { properties?: Record<string, object> }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    values: valuesOf(property),
  }))
}

/** The values of a closed list, as TypeBox writes it. */
function valuesOf(schema: object): string[] {
  const { enum: values = [] } = schema as { enum?: readonly unknown[] }
  return values.map(String)
}
