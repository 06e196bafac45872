import {
  formatNumber,
  formatRateChange,
  formatSettings,
  type ComparedRule,
  type RuleReplay,
} from '@fdr/core/relations';
import { anyNumber, type ScheduleConfig } from '@fdr/records';
import { z } from 'zod';
import { formatTable } from './table.js';

const COLUMNS = [
  { title: 'EPOCH', rank: 0, alignment: 'right' },
  { title: 'LR', rank: 1 },
  { title: 'WHY', rank: 0 },
  { title: 'KIND', rank: 0 },
] as const;

const COMPARISON_COLUMNS = [
  { title: 'RULE', rank: 0 },
  { title: 'FIRST AFTER EPOCH', rank: 0, alignment: 'right' },
  { title: 'TIMES', rank: 1, alignment: 'right' },
  { title: 'LR', rank: 1 },
  { title: 'WHY', rank: 0 },
] as const;

/**
 * When each rule would have fired, for people. What follows a rule's first firing is hypothetical: its steps were made at another
 * learning rate than the rule would have set.
 *
 * @param columns of the terminal
 */
export function comparisonText(
  runId: string,
  epochs: number,
  rules: readonly ComparedRule[],
  columns?: number,
): string {
  const rows = rules.map(({ name, firings, unknown }) => {
    const [first] = firings;
    if (first === undefined)
      return [name, '-', unknown === undefined ? '0' : '-', '', unknown ?? 'it would not have fired'];
    const rates = formatRateChange(first.from, first.to);
    return [name, formatNumber(first.epoch), String(firings.length), rates, first.reason.message];
  });
  return (
    `rules over run ${runId}, ${epochs} epochs, each with the defaults of its authors\n` +
    formatTable(COMPARISON_COLUMNS, rows, columns) +
    'Firings after the first are hypothetical: they rest on steps made at another learning rate.\n'
  );
}

/** The same for machines, with every firing. */
export const comparisonJson = (runId: string, rules: readonly ComparedRule[]): string =>
  `${JSON.stringify({ type: 'comparison', runId, rules: rules.map(({ name, firings, unknown }) => ({ name, firings, unknown })) })}\n`;

/**
 * When the rule would have fired, for people.
 *
 * @param columns of the terminal
 */
export function replayText(
  runId: string,
  rule: ScheduleConfig,
  { observations, firings }: RuleReplay,
  columns?: number,
): string {
  const heading = `${formatSettings(rule)} over run ${runId}, ${observations.length} epochs: `;
  if (firings.length === 0) return `${heading}it would not have fired\n`;
  const rows = firings.map(({ epoch, from, to, reason, exact }) => [
    String(epoch),
    formatRateChange(from, to),
    reason.message,
    exact ? 'exact' : 'hypothetical',
  ]);
  const hypothetical = firings.some(({ exact }) => !exact)
    ? 'Hypothetical ones rest on steps made at another learning rate than the rule would have set.\n'
    : '';
  const times = firings.length === 1 ? 'once' : `${firings.length} times`;
  return `${heading}it would have fired ${times}\n${formatTable(COLUMNS, rows, columns)}${hypothetical}`;
}

/** The same for machines, with the rule's observations at every epoch's end. */
export function replayJson(runId: string, rule: ScheduleConfig, { observations, firings }: RuleReplay): string {
  const number = (value: number) => z.encode(anyNumber, value);
  const encoded = observations.map(({ layer, ratio, trainLoss, ...others }) => ({
    ...others,
    ratio: number(ratio),
    trainLoss: number(trainLoss),
    layer: layer && { ...layer, ratio: number(layer.ratio) },
  }));
  return `${JSON.stringify({ type: 'replay', runId, rule, firings, observations: encoded })}\n`;
}
