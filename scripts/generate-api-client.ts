import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { format } from 'prettier'

import { describeApi } from '../server/describe-api.ts'
import { typesOf } from './api-client-types.ts'
import { problemsDoc } from './problems-doc.ts'

/**
 * `npm run api-client:generate`: the routes' own schemas -> api-client/openapi.json -> api-client/paths.d.ts; the problem
 * registry -> docs/problems.md. A test fails while one of them is stale.
 */
const folder = join(import.meta.dirname, '../api-client')
const description = await describeApi()
const json = await format(JSON.stringify(description), { parser: 'json' })
writeFileSync(join(folder, 'openapi.json'), json)
writeFileSync(join(folder, 'paths.d.ts'), await typesOf(json))
const problems = join(import.meta.dirname, '../docs/problems.md')
writeFileSync(problems, await format(problemsDoc(), { parser: 'markdown' }))
console.log(`${Object.keys(description.paths).length} paths written to api-client/`)
