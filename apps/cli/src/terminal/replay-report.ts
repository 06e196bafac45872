import { formatRateChange, formatSettings, type RuleReplay } from '@fdr/core/relations';
import { anyNumber, type ScheduleConfig } from '@fdr/records';
import { z } from 'zod';
import { formatTable } from './table.js';

const COLUMNS = [
  { title: 'EPOCH', rank: 0, alignment: 'right' },
  { title: 'LR', rank: 1 },
  { title: 'WHY', rank: 0 },
  { title: 'KIND', rank: 0 },
] as const;

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
