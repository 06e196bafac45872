import type { EventRecord } from '@fdr/records';
import { slowest } from '../equilibrium-rule.js';
import { formatNumber, formatPercent, formatRateChange } from '../format.js';
import { formatRatio } from '../measured-ratio.js';
import { tensorsOff } from '../within-noise.js';

type Change = Extract<EventRecord, { type: 'learningRate' }>;

/**
 * The probability of a standard normal variable below x, to 1.5e-7: Abramowitz and Stegun 7.1.26.
 *
 * @example normalBelow(0) // 0.5
 */
export function normalBelow(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const tail = (series * Math.exp(-z * z)) / 2;
  return x > 0 ? 1 - tail : tail;
}

/**
 * The chance that a ratio is within 1 ± X of a window, if it is `truth` on average and scatters normally.
 *
 * @param scatter its standard error over such a window, above 0.
 */
export const chanceToPass = (threshold: number, scatter: number, truth = 1): number =>
  normalBelow((1 + threshold - truth) / scatter) - normalBelow((1 - threshold - truth) / scatter);

/** How far off, in X, the ratio is of which the chance to pass is told beside that of 1. */
const OFF = 3;

/** A change of the learning rate in rows of a name and a text: what was decided, on which numbers, and how sure that was. */
export function decisionRows(change: Change): (readonly [name: string, text: string])[] {
  const { ratio, threshold, scatter, stepsUsed } = numbersOf(change);
  const measured =
    Number.isFinite(ratio) && stepsUsed > 0
      ? `${formatRatio({ ratio, error: scatter && 2 * scatter })} over the last ${stepsUsed.toLocaleString('en')} steps, to be within 1 ± ${formatNumber(threshold)}`
      : undefined;
  const rows = [
    ['change', formatRateChange(change.from, change.to, '→')],
    ['rule', `${change.reason.rule}: ${change.reason.message}`],
    ['ratio', measured],
    ['chance', scatter === undefined || !(scatter > 0) ? undefined : chanceText(threshold, scatter)],
    ['layers', layersText(change)],
    ['other rules', otherRules(change)],
  ] as const;
  return rows.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}

function numbersOf({ reason }: Change) {
  const { ratio, threshold, scatter, stepsUsed } = reason;
  return {
    ratio: Number(ratio),
    threshold: Number(threshold),
    stepsUsed: Number(stepsUsed),
    scatter: scatter === undefined ? undefined : Number(scatter),
  };
}

function chanceText(threshold: number, scatter: number): string {
  const off = 1 + OFF * threshold;
  return `a training in equilibrium passes at ${formatPercent(chanceToPass(threshold, scatter))} of such windows, one whose ratio is ${formatNumber(off)} at ${formatPercent(chanceToPass(threshold, scatter, off))}`;
}

/** The tensor furthest from 1, and those that were off beyond doubt. */
function layersText(change: Change): string | undefined {
  const layer = slowestOf(change);
  if (!layer) return undefined;
  const off = tensorsOff(change).length;
  const doubt = off === 0 ? 'none outside for certain' : `${off} outside for certain`;
  return `slowest ${layer.name}, ${formatRatio(layer)}; ${doubt}`;
}

function slowestOf({ layers = {} }: Change) {
  const sides = Object.entries(layers).map(([name, { ratio }]) => [name, { oLHalf: ratio, oRHalf: 1 }] as const);
  const name = slowest(Object.fromEntries(sides))?.name;
  const layer = name === undefined ? undefined : layers[name];
  return name === undefined || !layer ? undefined : { name, ratio: layer.ratio, error: 2 * layer.scatter };
}

/** What stricter options of the same rule would have done at this epoch's end. */
function otherRules(change: Change): string | undefined {
  const { threshold, scatter, stepsUsed } = numbersOf(change);
  const layer = slowestOf(change);
  if (change.reason.rule !== 'equilibrium' || !layer) return undefined;
  const passes = Math.abs(layer.ratio - 1) < threshold;
  const byLayers = `with --balance layers it would ${passes ? 'have dropped too' : `have waited for ${layer.name}`}`;
  if (scatter === undefined || scatter <= threshold) return byLayers;
  const enough = Number(Math.ceil((stepsUsed * scatter) / threshold).toPrecision(2));
  return `${byLayers}; with --minimum-steps ${enough} it would have waited for a window that tells`;
}
