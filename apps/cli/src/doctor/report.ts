import { formatMeasured } from '@fdr/core/relations';
import { onOneLine } from '../terminal/text.js';
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

const WIDTH = 16;
const line = (mark: string, name: string, text: string) =>
  `  ${mark.padEnd(4)}${name.padEnd(WIDTH)}${onOneLine(text)}`.trimEnd();
const mark = (works: boolean) => (works ? 'ok' : '-');

/** The findings for people. */
export function formatFindings({ machine, threads, backends, auto, datasets, works }: Findings): string {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version ?? 'missing'}`);
  return `${[
    'machine',
    line('', 'fdr', machine.fdr),
    line('', 'node', machine.node),
    line('', 'platform', `${machine.platform}, ${machine.cores} cores, ${machine.memoryGigabytes} GB`),
    line('', 'packages', packages.join(', ')),
    line(mark(machine.dashboard), 'dashboard', machine.dashboard ? 'built' : 'not built; build it with: npm run build'),
    'backends, each by ten steps of a small network',
    ...backends.map((check) => line(mark(check.works), check.backend, backendText(check, threads))),
    line('', 'auto', `takes ${auto}`),
    'data sets',
    ...datasets.map((check) => line(mark(check.works), check.dataset, check.detail)),
    works ? 'fdr train works here.' : 'fdr train does not work here: see the lines above.',
  ].join('\n')}\n`;
}

function backendText(check: BackendCheck, threads: number): string {
  const { works, detail, defect = NaN, milliseconds = NaN, backend } = check;
  // The line already begins with the backend's name.
  if (!works) return detail.replace(/^backend \S+: /, '');
  const speed = `${milliseconds.toFixed(0)} ms in all${backend === 'onnx' ? ` on ${threads} threads` : ''}`;
  return `${speed}, identity of FDR1 off by ${formatMeasured(defect)}`;
}
