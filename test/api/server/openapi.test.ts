import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format } from 'prettier'
import { describe, expect, it } from 'vitest'

import { problemsDoc } from '../../../scripts/problems-doc.ts'
import { typesOf } from '../../../scripts/api-client-types.ts'
import { describeApi } from '../../../server/describe-api.ts'
import { openHouse } from './house.ts'

const CLIENT = join(import.meta.dirname, '../../../api-client')

/** Not for programs: the provider's own protocol, the description itself, pages of the web apps. */
const UNDESCRIBED = /^\/(oidc|modeler|assets)(\/|$)|^\/api\/openapi\.json$|\*/

describe('the OpenAPI description', () => {
  it('names every operation, its room and its answers', async () => {
    const { openapi, paths } = await describeApi()
    expect(openapi).toBe('3.1.0')
    const ids: string[] = []
    for (const [path, methods] of Object.entries(paths))
      for (const [method, operation] of Object.entries(methods)) {
        const name = `${method} ${path}`
        expect(operation.operationId, name).toMatch(/^[a-z][A-Za-z]+$/)
        expect(operation.summary, name).toMatch(/\S/)
        expect(operation.tags, name).toHaveLength(1)
        const answers = Object.keys(operation.responses ?? {})
        expect(
          answers.some((code) => /^[23]\d\d$/.test(code)),
          name,
        ).toBe(true)
        if (path.startsWith('/api/'))
          expect(answers, name).toEqual(expect.arrayContaining(['4XX', '5XX']))
        ids.push(operation.operationId ?? '')
      }
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('is the routes, no more and no fewer', async () => {
    const house = await openHouse({ items: [] })
    try {
      const described = Object.entries((await describeApi()).paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${anyName(path)}`),
      )
      const routes = listRoutes(house.app.printRoutes({ commonPrefix: false, includeHooks: false }))
      expect(routes.length).toBeGreaterThan(40)
      expect(routes).toEqual([...described].sort())
    } finally {
      await house.close()
    }
  })

  it('is what api-client/ holds: run `npm run api-client:generate` when this fails', async () => {
    const json = await format(JSON.stringify(await describeApi()), { parser: 'json' })
    expect(await readFile(join(CLIENT, 'openapi.json'), 'utf8')).toBe(json)
    expect(await readFile(join(CLIENT, 'paths.d.ts'), 'utf8')).toBe(await typesOf(json))
    expect(await readFile(join(CLIENT, '../docs/problems.md'), 'utf8')).toBe(
      await format(problemsDoc(), { parser: 'markdown' }),
    )
  })
})

/** The printed tree mixes the names of parameters that share a place (`:code|:fileId`). */
function anyName(path: string): string {
  return path.replace(/\{[^}]+\}/g, '{}')
}

/** Fastify's printed tree -> `METHOD /path` with nameless parameters. */
function listRoutes(tree: string): string[] {
  const parents: string[] = []
  const routes: string[] = []
  for (const line of tree.split('\n')) {
    const match = /^([│ ]*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line)
    if (!match) continue
    const [, indent = '', part = '', methods = ''] = match
    const depth = indent.length / 4
    const path = (parents[depth - 1] ?? '') + part
    parents[depth] = path
    if (methods === '' || UNDESCRIBED.test(path)) continue
    for (const method of methods.split(', '))
      if (method !== 'HEAD' && method !== 'OPTIONS')
        routes.push(`${method} ${path.replace(/:[^/]+/g, '{}')}`)
  }
  return routes.sort()
}
