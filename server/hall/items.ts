import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { ItemCode, ItemForm, ItemGuide, ItemList, ItemListQuery } from '../../contracts/hall.ts'
import { problem } from '../../contracts/problems.ts'
import type { Database } from '../../core/database/database.ts'
import { getActiveVersion, listItems } from '../../core/catalogue/item-versions.ts'
import { toItemForm, toItemGuide, toItemSummary } from './item-views.ts'

const params = Type.Object({ code: ItemCode })

/** 办事指南: what can be applied for, open to everyone. */
export const itemRoutes: FastifyPluginAsyncTypebox<{ db: Database }> = async (app, { db }) => {
  app.get(
    '/items',
    {
      schema: {
        operationId: 'listItems',
        summary: '事项清单 Items, searched by part of name or code',
        tags: ['hall'],
        querystring: ItemListQuery,
        response: { 200: ItemList },
      },
    },
    async (request) => {
      const wanted = (request.query.search ?? '').trim().toLowerCase()
      const items = (await listItems(db)).map(toItemSummary)
      return {
        items: items.filter((item) =>
          `${item.code} ${item.name.zh} ${item.name.en}`.toLowerCase().includes(wanted),
        ),
      }
    },
  )

  app.get(
    '/items/:code',
    {
      schema: {
        operationId: 'getItemGuide',
        summary: '办事指南 The guide of an item: conditions, papers, law, time limits',
        tags: ['hall'],
        params,
        response: { 200: ItemGuide },
      },
    },
    async (request) => {
      // A suspended item keeps its guide: it says why.
      const item = (await listItems(db)).find((i) => i.code === request.params.code)
      if (item === undefined) throw problem('ITEM_NOT_FOUND')
      return toItemGuide(item)
    },
  )

  app.get(
    '/items/:code/form',
    {
      schema: {
        operationId: 'getItemForm',
        summary: '申请表 The form to fill in and the schema it is checked against',
        tags: ['hall'],
        params,
        response: { 200: ItemForm },
      },
    },
    async (request) => toItemForm(await getActiveVersion(db, request.params.code)),
  )
}
