import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
// Rules that need types are left out: the probes are no files of a project.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: false, program: null } } },
  ruleFilter: ({ ruleId }) =>
    ruleId.startsWith('no-restricted') || ruleId.startsWith('import-x/') || ruleId.startsWith('max-'),
});

/** Names of the rules that a file of this text, at this path, would break. */
async function broken(path: string, text: string): Promise<readonly (string | null)[]> {
  const results = await eslint.lintText(text, { filePath: `${root}${path}` });
  return results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
}

const imports = (module: string): string => `import { x } from '${module}';\nexport const probe = x;\n`;

describe('a forbidden import fails the lint', () => {
  it.each([
    ['packages/records/src/probe.ts', '@fdr/core'],
    ['packages/records/src/probe.ts', 'node:fs'],
    ['packages/core/src/probe.ts', '@fdr/compiler'],
    ['packages/core/src/probe.ts', 'node:fs'],
    ['packages/core/src/relations/probe.ts', '@tensorflow/tfjs'],
    ['packages/core/src/relations/probe.ts', 'pure-rand'],
    ['packages/program/src/probe.ts', '@fdr/core'],
    ['packages/compiler/src/probe.ts', '@fdr/core'],
    ['packages/datasets/src/probe.ts', '@tensorflow/tfjs'],
    ['packages/figures/src/probe.ts', '@fdr/core'],
    ['packages/figures/src/probe.ts', 'node:path'],
    ['packages/run-store/src/probe.ts', '@fdr/core'],
    ['packages/server/src/probe.ts', '@fdr/training'],
    ['packages/training/src/probe.ts', '@fdr/server'],
    ['packages/experiments/src/probe.ts', '@fdr/server'],
    ['apps/cli/src/probe.ts', '@fdr/dashboard'],
    ['apps/dashboard/src/probe.ts', '@fdr/core'],
    ['apps/dashboard/src/probe.ts', '@fdr/server'],
    ['e2e/src/probe.ts', '@fdr/cli'],
  ])('%s may not import %s', async (path, module) => {
    expect(await broken(path, imports(module))).toContain('no-restricted-imports');
  });

  it.each([
    ['packages/core/src/relations/probe.ts', '../parameters.js'],
    ['packages/core/src/relations/schedules/probe.ts', '../../random.js'],
  ])('%s may not import %s, which knows tensors', async (path, module) => {
    expect(await broken(path, imports(module))).toContain('import-x/no-restricted-paths');
  });
});

describe('an allowed import passes the lint', () => {
  it.each([
    ['packages/core/src/probe.ts', '@tensorflow/tfjs'],
    ['packages/core/src/relations/probe.ts', '../dynamics.js'],
    ['packages/core/src/relations/schedules/probe.ts', '../../validate.js'],
    ['packages/figures/src/probe.ts', '@fdr/core/relations'],
    ['packages/run-store/src/probe.ts', 'node:fs'],
    ['apps/dashboard/src/probe.ts', '@fdr/core/relations'],
  ])('%s may import %s', async (path, module) => {
    expect(await broken(path, imports(module))).toEqual([]);
  });
});

describe('a room without clock and randomness', () => {
  it.each([
    ['Date.now()', 'no-restricted-properties'],
    ['Math.random()', 'no-restricted-properties'],
    ['performance.now()', 'no-restricted-globals'],
    ['process.env', 'no-restricted-globals'],
  ])('may not use %s', async (expression, rule) => {
    for (const room of ['core', 'figures', 'records'])
      expect(await broken(`packages/${room}/src/probe.ts`, `export const probe = () => ${expression};\n`)).toEqual([
        rule,
      ]);
  });
});

describe('the shape of the code', () => {
  it('forbids functions of more than 80 lines', async () => {
    const text = (lines: number) => `export function probe() {\n${'  probe();\n'.repeat(lines - 2)}}\n`;
    expect(await broken('packages/core/src/probe.ts', text(80))).toEqual([]);
    expect(await broken('packages/core/src/probe.ts', text(81))).toEqual(['max-lines-per-function']);
  });

  it('forbids spreading a literal into another one, and re-exporting whatever there is', async () => {
    const spread = 'export const probe = (a: number) => ({ ...{ a, b: 1 }, c: 2 });\n';
    expect(await broken('packages/core/src/probe.ts', spread)).toEqual(['no-restricted-syntax']);
    expect(await broken('packages/core/src/probe.ts', "export * from './zip.js';\n")).toEqual(['no-restricted-syntax']);
  });
});
