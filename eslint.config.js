import tseslint from 'typescript-eslint'

/** Rooms that must not know a library (architecture.md: arrows; style.md rule 6). */
const noWeb = { name: 'fastify', message: 'core and contracts do not know HTTP (architecture.md).' }
const noKnex = { name: 'knex', message: 'SQL lives in core/ and migrations/ (architecture.md).' }

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'dist',
      'engine/host',
      'bench/stock-engine',
      '.data',
      'modeler-ui/dist',
      'api-client',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  {
    files: ['contracts/**', 'core/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [noWeb] }] },
  },
  {
    files: ['server/**', 'engine/gateway/**', 'partners/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [noKnex] }] },
  },
  {
    // Below the mains nobody reads the clock or the environment (style.md rule 6).
    files: [
      'contracts/**',
      'core/**',
      'engine/gateway/**',
      'workers/topics/**',
      'server/{hall,desk,designer}/**',
    ],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env' }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Take clock.now().',
        },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'Take clock.now().',
        },
      ],
    },
  },
  {
    // The one place where the machine's clock is read.
    files: ['core/clock/clock.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['scripts/**', 'bench/**', 'partners/main.ts', 'migrations/main.ts'],
    rules: { 'no-console': 'off' },
  },
)
