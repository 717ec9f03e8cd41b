/** The arrows of docs/architecture.md. A room may only import what is listed here. */
const rooms = (names) => `^(${names.join('|')})/`
const may = (from, to) => ({
  name: `${from.replaceAll('/', '-')}-arrows`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: {
    path: '^(contracts|core|engine|partners|server|workers|migrations|scripts|test|bench|processes|hall-ui|desk-ui|modeler-ui|ui-kit|api-client)/',
    pathNot: rooms([from, ...to]),
  },
})

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'contracts-imports-typebox-only',
      severity: 'error',
      from: { path: '^contracts/' },
      to: { dependencyTypes: ['npm'], pathNot: 'node_modules/typebox' },
    },
    may('contracts', []),
    may('core', ['contracts']),
    may('engine/gateway', ['contracts']),
    may('partners', ['contracts']),
    // migrations: the readiness check compares the list in the code with the database.
    may('server', ['contracts', 'core', 'engine/gateway', 'partners', 'migrations']),
    may('workers', ['contracts', 'core', 'engine/gateway', 'partners']),
    may('migrations', ['contracts', 'core/database']),
    may('modeler-ui', ['api-client']),
    may('bench', [
      'contracts',
      'test/support',
      'engine/gateway',
      'scripts',
      'migrations',
      'core',
      'partners',
      'server',
      'workers',
    ]),
    {
      name: 'core-knows-no-web',
      severity: 'error',
      from: { path: '^(core|contracts)/' },
      to: { path: 'node_modules/(fastify|@fastify|camunda-external-task-client-js|undici|got)' },
    },
    {
      name: 'nothing-imports-test',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-orphan-dev-deps',
      severity: 'error',
      from: { path: '^(contracts|core|engine|partners|server|workers|migrations)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
