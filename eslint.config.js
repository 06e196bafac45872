import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import vue from 'eslint-plugin-vue';
import globals from 'globals';
import typescript from 'typescript-eslint';
import vueParser from 'vue-eslint-parser';

/** Who may import whom (CONTRIBUTING.md draws it). A workspace that is not named here may import nothing of the house. */
const MAY_IMPORT = {
  'packages/records': { house: [], outside: ['zod'] },
  'packages/core': { house: ['@fdr/records'], outside: ['@tensorflow/tfjs', 'jstat', 'pure-rand'] },
  'packages/compiler': { house: [], outside: ['@tensorflow/tfjs', 'onnxruntime-node', 'protobufjs'] },
  'packages/datasets': { house: [], outside: ['fast-png', 'pure-rand', 'tar'] },
  'packages/figures': { house: ['@fdr/core/relations', '@fdr/records'], outside: ['echarts'] },
  'apps/cli': { house: ['@fdr/compiler', '@fdr/core', '@fdr/datasets', '@fdr/figures', '@fdr/records'] },
  'apps/dashboard': { house: ['@fdr/core/relations', '@fdr/figures', '@fdr/records'] },
  e2e: { house: ['@fdr/records'] },
};

const escaped = (name) => name.replace(/[/.]/g, '\\$&');

/** Forbids every module that the table does not allow: the rest of the house, and, where `outside` is listed, all else but Node. */
function importRules([place, { house, outside }]) {
  const allowed = [
    ...house.map((name) => `${escaped(name)}$`),
    ...(outside ?? []).map((name) => `${escaped(name)}(?:/|$)`),
  ];
  const regex = outside
    ? `^(?!\\.|node:${allowed.map((name) => `|${name}`).join('')})`
    : `^@fdr/(?!${house.map((name) => `${escaped(name.slice('@fdr/'.length))}$`).join('|')})`;
  const message = `${place} may import ${[...house, ...(outside ?? ['any library'])].join(', ') || 'nothing'} (see MAY_IMPORT in eslint.config.js).`;
  return {
    files: [`${place}/src/**/*.{ts,vue}`],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
  };
}

export default typescript.config(
  { ignores: ['**/dist/**', '**/.turbo/**', '**/test-results/**', '**/playwright-report/**'] },
  js.configs.recommended,
  ...typescript.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{js,mjs,ts,vue}'],
    languageOptions: { globals: globals.node, parserOptions: { parser: typescript.parser } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ conditionNames: ['source', 'types', 'import', 'default'] }),
      ],
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportAllDeclaration', message: 'List what is public by hand.' }],
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parser: vueParser, globals: globals.browser },
    rules: {
      'import-x/no-default-export': 'off',
      'vue/no-v-html': 'error',
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-indent': 'off',
    },
  },
  { files: ['apps/dashboard/**/*.ts'], languageOptions: { globals: globals.browser } },
  { files: ['**/*.config.{js,ts}'], rules: { 'import-x/no-default-export': 'off' } },
  { files: ['**/test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['packages/datasets/**', 'packages/compiler/**'],
    rules: { 'no-restricted-globals': ['error', 'process', 'console', 'Buffer', 'setTimeout', 'setInterval'] },
  },
  ...Object.entries(MAY_IMPORT).map(importRules),
);
