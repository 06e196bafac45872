import { formatMeasured } from '@fdr/core/relations';
import { hangingText, onOneLine } from '../terminal/text.js';
import type { BackendCheck } from './backends.js';
import type { DatasetCheck } from './datasets.js';
import type { Machine } from './machine.js';

/** All that `fdr doctor` found out. */
export interface Findings {
  readonly machine: Machine;
  readonly threads: number;
  readonly backends: readonly BackendCheck[];
  /** What `--backend auto` takes here. */
  readonly auto: string;
  readonly datasets: readonly DatasetCheck[];
  /** Whether `fdr train` without any flag can train. */
  readonly works: boolean;
}

/** Width of the names, the longest of which is `synthetic-color`. */
const NAME_WIDTH = 16;

/**
 * The findings for people.
 *
 * @param columns longer lines are wrapped to so many
 */
export function formatFindings(findings: Findings, columns = Infinity): string {
  const { machine, threads, backends, auto, datasets, works } = findings;
  const line = (mark: string, name: string, text: string): string =>
    hangingText(`  ${mark.padEnd(4)}${name.padEnd(NAME_WIDTH)}`, onOneLine(text), columns);
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version ?? 'missing'}`);
  return `${[
    'machine',
    line('', 'fdr', machine.fdr),
    line('', 'node', machine.node),
    line('', 'platform', `${machine.platform}, ${machine.cores} cores, ${machine.memoryGigabytes} GB`),
    line('', 'packages', packages.join(', ')),
    line(
      markOf(machine.dashboard),
      'dashboard',
      machine.dashboard ? 'built' : 'not built; build it with: npm run build',
    ),
    'backends, each by ten steps of a small network',
    ...backends.map((check) => line(markOf(check.works), check.backend, describeBackend(check, threads))),
    line('', 'auto', `takes ${auto}`),
    'data sets',
    ...datasets.map((check) => line(markOf(check.works), check.dataset, check.detail)),
    works ? 'fdr train works here.' : 'fdr train does not work here: see the lines above.',
  ].join('\n')}\n`;
}

const markOf = (works: boolean): string => (works ? 'ok' : '-');

function describeBackend(check: BackendCheck, threads: number): string {
  const { works, detail, defect = NaN, milliseconds = NaN, backend } = check;
  // The line already begins with the backend's name.
  if (!works) return detail.replace(/^backend \S+: /, '');
  const speed = `${milliseconds.toFixed(0)} ms in all${backend === 'onnx' ? ` on ${threads} threads` : ''}`;
  return `${speed}, identity of FDR1 off by ${formatMeasured(defect)}`;
}
