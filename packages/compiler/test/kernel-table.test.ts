import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { KERNELS } from '../src/index.js';

const BEGIN = '<!-- kernels: written from the rows of packages/compiler/src/kernels -->\n';
const END = '<!-- end of kernels -->';

/** The list of kernels as docs/compiler.md has it. */
function kernelList(): string {
  const names = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  const [recorded, missing] = [names.filter((name) => name in KERNELS), names.filter((name) => !(name in KERNELS))];
  const listed = (kernels: readonly string[]): string =>
    kernels
      .map((name) => `\`${name}\``)
      .toSorted()
      .join(', ');
  return (
    `Of the ${names.length} kernels of TensorFlow.js's cpu backend, ${recorded.length} are compiled:\n\n${listed(recorded)}.\n\n` +
    `The others are refused by name:\n\n${listed(missing)}.\n\n`
  );
}

it('docs/compiler.md lists the kernels that have a row; if not, paste what is expected between its marks', () => {
  const text = readFileSync(new URL('../../../docs/compiler.md', import.meta.url), 'utf8');
  const [, list] = /<!-- kernels: [^\n]*-->\n([^]*?)<!-- end of kernels -->/.exec(text) ?? [];
  expect(text).toContain(BEGIN);
  expect(text).toContain(END);
  expect(list?.trim()).toBe(kernelList().trim());
});
