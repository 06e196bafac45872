import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import vue from 'eslint-plugin-vue';
import globals from 'globals';
import typescript from 'typescript-eslint';
import vueParser from 'vue-eslint-parser';

/**
 * Which modules a room may import: others of the house, libraries, and Node's own where `node` is true. CONTRIBUTING.md draws the table; a
 * workspace that is not named here may import nothing of the house.
 */
const MAY_IMPORT = {
  'packages/records': { house: [], outside: ['zod'] },
  'packages/core': { house: ['@fdr/program', '@fdr/records'], outside: ['@tensorflow/tfjs', 'jstat', 'pure-rand'] },
  'packages/program': { house: [], outside: ['@tensorflow/tfjs'] },
  'packages/compiler': {
    house: ['@fdr/program'],
    outside: ['@tensorflow/tfjs', 'onnxruntime-node', 'protobufjs', 'pure-rand'],
    node: true,
  },
  'packages/datasets': { house: [], outside: ['fast-png', 'pure-rand', 'tar'], node: true },
  'packages/figures': { house: ['@fdr/records', '@fdr/core/relations'], outside: ['echarts'] },
  'packages/run-store': { house: ['@fdr/records'], outside: ['liqe', 'zod'], node: true },
  'packages/training': {
    house: ['@fdr/compiler', '@fdr/core', '@fdr/core/relations', '@fdr/datasets', '@fdr/records', '@fdr/run-store'],
    outside: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
    node: true,
  },
  'packages/server': {
    house: ['@fdr/records', '@fdr/run-store'],
    outside: ['compression', 'express', 'helmet', 'socket.io', 'zod'],
    node: true,
  },
  'packages/export': {
    house: ['@fdr/figures', '@fdr/records', '@fdr/run-store'],
    outside: ['hyparquet-writer'],
    node: true,
  },
  'packages/experiments': {
    house: [
      '@fdr/core',
      '@fdr/core/relations',
      '@fdr/export',
      '@fdr/figures',
      '@fdr/records',
      '@fdr/run-store',
      '@fdr/training',
      '@fdr/training/compute',
    ],
    outside: ['@resvg/resvg-js', 'echarts', 'pure-rand', 'yaml', 'zod'],
    node: true,
  },
  'packages/testing': { house: [], outside: ['fast-check', 'vitest'], node: true },
  'apps/cli': {
    house: [
      '@fdr/core',
      '@fdr/core/relations',
      '@fdr/datasets',
      '@fdr/experiments',
      '@fdr/experiments/planning',
      '@fdr/export',
      '@fdr/figures',
      '@fdr/records',
      '@fdr/run-store',
      '@fdr/server',
      '@fdr/training',
    ],
  },
  'apps/dashboard': { house: ['@fdr/core/relations', '@fdr/figures', '@fdr/records'] },
  e2e: { house: ['@fdr/core', '@fdr/core/relations', '@fdr/records', '@fdr/run-store'] },
};

/** Rooms whose results may depend on nothing but what they are given: no clock, no randomness, no process. */
const PURE_ROOMS = ['packages/core', 'packages/figures', 'packages/records'];

/** Files beside `core/src/relations` that it may import: they import no TensorFlow.js either. */
const BESIDE_RELATIONS = ['dynamics', 'validate', 'zip'];

const escaped = (name) => name.replace(/[/.]/g, '\\$&');

/** Forbids every module that the table does not allow: the rest of the house, and, where `outside` is listed, all other libraries. */
function importRules([room, { house, outside, node = false }]) {
  const allowed = [
    ...house.map((name) => `${escaped(name)}$`),
    ...(outside ?? []).map((name) => `${escaped(name)}(?:/|$)`),
    ...(node ? ['node:'] : []),
  ];
  const regex = outside
    ? `^(?!\\.${allowed.map((name) => `|${name}`).join('')})`
    : `^@fdr/(?!${house.map((name) => `${escaped(name.slice('@fdr/'.length))}$`).join('|')})`;
  const names = [...house, ...(outside ?? ['any library']), ...(node ? ['node:'] : [])];
  const message = `${room} may import ${names.join(', ') || 'nothing'} (see MAY_IMPORT in eslint.config.js).`;
  return {
    files: [`${room}/src/**/*.{ts,vue}`],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
  };
}

export default typescript.config(
  { ignores: ['**/dist/**', '**/.turbo/**', '**/coverage/**', '**/test-results/**', '**/playwright-report/**'] },
  js.configs.recommended,
  ...typescript.configs.strictTypeChecked,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{js,mjs,ts,vue}'],
    languageOptions: {
      globals: globals.node,
      parserOptions: {
        parser: typescript.parser,
        projectService: { allowDefaultProject: ['*.js', '*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ conditionNames: ['@fdr/source', 'types', 'import', 'default'] }),
      ],
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 230 }],
      'max-lines-per-function': ['error', { max: 80 }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'List what is public by hand.' },
        {
          selector: ':matches(SpreadElement, SpreadProperty)[argument.type=/^(Object|Array)Expression$/]',
          message: 'Write the items out: a literal need not be spread into another one.',
        },
      ],
      eqeqeq: 'error',
      'no-console': 'off',
      // What looks like a method here is a closure in a record: nothing uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowArray: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  {
    files: ['**/*.vue'],
    extends: [typescript.configs.disableTypeChecked],
    languageOptions: { parser: vueParser, globals: globals.browser, parserOptions: { projectService: false } },
    rules: {
      'import-x/no-default-export': 'off',
      'vue/no-v-html': 'error',
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-indent': 'off',
    },
  },
  { files: ['**/*.{js,mjs}'], extends: [typescript.configs.disableTypeChecked] },
  { files: ['apps/dashboard/**/*.ts'], languageOptions: { globals: globals.browser } },
  { files: ['**/*.config.{js,ts}', '**/*.d.ts'], rules: { 'import-x/no-default-export': 'off' } },
  {
    files: ['**/test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      // Matchers such as `expect.any(Number)` are of type any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      // A suite is one function.
      'max-lines-per-function': 'off',
      'max-lines': 'off',
    },
  },
  {
    files: PURE_ROOMS.map((room) => `${room}/src/**/*.ts`),
    rules: {
      'no-restricted-globals': ['error', 'process', 'console', 'Buffer', 'setTimeout', 'setInterval', 'performance'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'This room has no clock.' },
        { object: 'Math', property: 'random', message: 'Randomness comes from a seeded generator.' },
      ],
    },
  },
  ...Object.entries(MAY_IMPORT).map(importRules),
  {
    files: ['packages/core/src/relations/**/*.ts'],
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            {
              target: './packages/core/src/relations',
              from: './packages/core/src',
              except: ['./relations', ...BESIDE_RELATIONS.map((name) => `./${name}.ts`)],
              message: 'The relations know no tensors.',
            },
          ],
          basePath: import.meta.dirname,
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\.|@fdr/records$|jstat$)',
              message: 'packages/core/src/relations may import @fdr/records and jstat: it knows no tensors.',
            },
          ],
        },
      ],
    },
  },
);
