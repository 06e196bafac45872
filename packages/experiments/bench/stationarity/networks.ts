import { interval } from '@fdr/core/relations';
import type { EpochRecord } from '@fdr/records';
import { listRuns, readStepBlocks, type RunReader } from '@fdr/run-store';
import { firstFirings } from './score.js';
import { markdownTable } from './table.js';

/** Part of a run, at its end, whose loss is taken for that of the stationary state. */
const LAST = 0.25;
/** Epochs after a firing whose loss is compared with it. */
const AFTER = 5;
/** See `scoreOf`. */
const TOLERANCE = 0.1;

async function* rowsOf(reader: RunReader): AsyncGenerator<Float32Array> {
  for await (const { rows } of readStepBlocks(reader)) yield rows;
}

/**
 * How far the full-batch training loss of the five epochs after a firing lies above that of the last quarter of the run, in heights of the noise ball, 1/2 <O_R>
 * in a harmonic landscape; with a 95 % interval
 * from the scatter of the last quarter, where the loss has no trend.
 *
 * @param epoch of the firing, a fraction where it was within one.
 */
function excessAfter(
  epochs: readonly EpochRecord[],
  epoch: number,
): { readonly excess: number; readonly half: number } {
  const losses = epochs.map(({ trainLoss }) => trainLoss);
  const height = (epochs.at(-1)?.oRHalf ?? NaN) / 2;
  const last = losses.slice(Math.floor((1 - LAST) * losses.length));
  const end = interval(last);
  const after = losses.slice(Math.ceil(epoch), Math.ceil(epoch) + AFTER);
  return {
    excess: (after.reduce((sum, loss) => sum + loss, 0) / after.length - end.mean) / height,
    half: ((end.high - end.mean) * Math.sqrt(1 + last.length / after.length)) / height,
  };
}

/** `18: 0.21 ± 0.09`: the epoch and what was still to be gained; in bold where it was more than the tolerance beyond doubt. */
function cell(epochs: readonly EpochRecord[], epoch: number | undefined): string {
  if (epoch === undefined) return 'never';
  if (Number.isNaN(epoch)) return '-';
  const { excess, half } = excessAfter(epochs, epoch);
  const text = `${Number(epoch.toFixed(1))}: ${excess.toFixed(2)} ± ${half.toFixed(2)}`;
  return excess - half > TOLERANCE ? `**${text}**` : text;
}

/** The recorded runs of a folder, those of the same name together: when each rule fired first, and what was still to be gained then. */
export async function networkTable(folder: string): Promise<string> {
  const { runs } = await listRuns(folder);
  const named = new Map<string, ReadonlyMap<string, string>[]>();
  for (const reader of runs.toReversed()) {
    const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
    const firings = await firstFirings(reader.run, { epochs, events }, rowsOf(reader));
    const cells = new Map([...firings].map(([rule, epoch]) => [rule, cell(epochs, epoch)]));
    named.set(reader.run.name, [...(named.get(reader.run.name) ?? []), cells]);
  }
  const columns = [...named];
  const rules = new Set(columns.flatMap(([, cells]) => cells.flatMap((one) => [...one.keys()])));
  return markdownTable(
    ['rule', ...columns.map(([name]) => name)],
    [...rules].map((rule) => [
      rule,
      ...columns.map(([, cells]) => cells.map((one) => one.get(rule) ?? '-').join('; ')),
    ]),
  );
}
