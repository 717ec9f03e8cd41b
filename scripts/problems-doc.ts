import { PROBLEMS } from '../contracts/problems.ts'

/** docs/problems.md out of the one registry: what each code means and what to do about it. */
export function problemsDoc(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, zh, en, doZh, doEn }]) =>
      `| ${code} | ${status} | ${zh}<br>${en} | ${doZh}<br>${doEn} |`,
  )
  return [
    '# Problems 出错代码',
    '',
    'Every error answer is `application/problem+json` (RFC 9457). `code` is stable; `fields` names each fault of the',
    'input, `allowed` what would have been allowed, `instance` is the request id that also stands in the log.',
    'Generated from contracts/problems.ts by `npm run api-client:generate`; do not edit.',
    '',
    '| code | status | meaning | what to do |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
