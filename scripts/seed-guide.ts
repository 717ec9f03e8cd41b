import type { Published } from '../core/catalogue/publish.ts'
import { DEMO_STAFF } from '../core/identity/demo-staff.ts'

/** What a person needs to begin: addresses, items, who can sign in. Printed once by the seed. */
export function seedGuide(
  env: Readonly<Record<string, string | undefined>>,
  published: readonly Published[],
): string {
  const site = env['PUBLIC_URL'] || 'http://127.0.0.1:8080'
  const lines: [string, string][] = [
    ['办事指南 guides', `${site}/api/hall/items`],
    ['登录 sign in', `${site}/auth/login`],
    ['流程设计 modeler', `${site}/modeler/`],
    ['事项 items', published.map((p) => `${p.itemCode}@${p.version}`).join('  ')],
  ]
  const staff: [string, string][] = env['OIDC_ISSUER']
    ? [['账号 logins', env['OIDC_ISSUER']]]
    : [
        ['密码 password', env['DEMO_PASSWORD'] || 'yichuang-demo'],
        ...DEMO_STAFF.map((person): [string, string] => [
          `  ${person.login}`,
          `${person.name}  ${person.unit} ${person.post}`,
        ]),
      ]
  return ['', ...aligned([...lines, ...staff]), ''].join('\n')
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([label]) => columns(label)))
  return rows.map(([label, value]) => `${label}${' '.repeat(width - columns(label))}  ${value}`)
}

/** Chinese characters take two columns of a terminal. */
function columns(text: string): number {
  return [...text].reduce((sum, c) => sum + (/[\u1100-\u115f\u2e80-\uffef]/.test(c) ? 2 : 1), 0)
}
