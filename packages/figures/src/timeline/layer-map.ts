import { judgeBalance } from '@fdr/core/relations';
import type { EpochRecord, Run } from '@fdr/records';
import { isWithin, type Range } from '../scale.js';

/** A cell of the map: one tensor over one epoch, or over several where there are too many. */
export interface LayerCell {
  readonly from: number;
  readonly to: number;
  /** Index of the tensor. */
  readonly row: number;
  /** `balanced`: the whole interval of its ratio is within 1 ± X; else how far it is from 1: 0 below X, 1 below 3 X, and so on. */
  readonly level: 'balanced' | number;
}

/** Most columns of cells: more would be narrower than a few pixels. */
const COLUMNS = 150;
/** Levels of distance, each about three times the one before. */
export const LEVELS = 6;

/** How far a ratio is from 1, in X, as a level. What is not a number is at the last one. */
function levelOf(ratio: number, threshold: number): number {
  const level = Math.ceil(2 * Math.log10(Math.abs(ratio - 1) / threshold));
  return Number.isNaN(level) ? LEVELS - 1 : Math.min(Math.max(level, 0), LEVELS - 1);
}

/**
 * The balance of each tensor over the visible epochs. A cell of several epochs shows the one in which its tensor was furthest from balance.
 *
 * @param threshold X.
 */
export function layerCells(
  run: Run,
  epochs: readonly EpochRecord[],
  range: Range,
  threshold: number,
): readonly LayerCell[] {
  const position = ({ step }: EpochRecord): number => step / run.stepsPerEpoch;
  const visible = epochs.filter((record) => isWithin({ from: range.from, to: range.to + 1 }, position(record)));
  const width = Math.max(1, Math.ceil(visible.length / COLUMNS));
  const columns = Array.from({ length: Math.ceil(visible.length / width) }, (_, index) =>
    visible.slice(index * width, (index + 1) * width),
  );
  return columns.flatMap((column) => {
    const [first, last] = [column[0], column.at(-1)];
    if (!first || !last) return [];
    const judged = column.map((record) => judgeBalance(record, threshold).layers);
    return run.parameters.map(({ name }, row) => {
      const own = judged.flatMap((layers) => layers.find((layer) => layer.name === name) ?? []);
      const isBalanced = own.length > 0 && own.every(({ verdict }) => verdict === 'holds');
      const level = Math.max(...own.map(({ ratio }) => levelOf(ratio, threshold)));
      return { from: position(first) - 1, to: position(last), row, level: isBalanced ? 'balanced' : level };
    });
  });
}
