import { anyNumber } from '@fdr/records';
import { z } from 'zod';
import { flagOf } from '../options/config-flags.js';
import type { RuleChoice } from '../options/replay-options.js';
import { reasonText } from './change-reason.js';
import { formatNumber } from '@fdr/core/relations';
import { formatTable } from './table.js';
import type { RuleReplay } from '../../../../packages/core/src/relations/rule-replay.js';

const COLUMNS = [
  { title: 'EPOCH', rank: 0, alignment: 'right' },
  { title: 'LR', rank: 1 },
  { title: 'WHY', rank: 0 },
  { title: 'KIND', rank: 0 },
] as const;

/** When the rule would have fired, for people. */
export function replayText(runId: string, choice: RuleChoice, replay: RuleReplay, columns?: number): string {
  const { looks, firings } = replay;
  const head = `${asked(choice)} over run ${runId}, ${looks.length} epochs: `;
  if (firings.length === 0) return `${head}it would not have fired\n`;
  const rows = firings.map(({ epoch, from, to, reason, exact }) => [
    ...[String(epoch), `${formatNumber(from)} -> ${formatNumber(to)}`, reasonText(reason), exact ? 'exact' : 'hypothetical'],
  ]);
  const hypothetical = firings.some(({ exact }) => !exact)
    ? 'Hypothetical ones rest on steps that were made at another learning rate than the rule would have set.\n'
    : '';
  return `${head}it would have fired ${firings.length === 1 ? 'once' : `${firings.length} times`}\n${formatTable(COLUMNS, rows, columns)}${hypothetical}`;
}

/** The rule and the options it was given: `equilibrium (threshold 0.01, decay 0.1)`. */
function asked({ schedule, threshold, decay, ...others }: RuleChoice): string {
  const said = Object.entries(schedule === 'equilibrium' ? { threshold, decay, ...others } : others);
  const options = said.map(([key, value]) => `${flagOf(key).slice('--'.length)} ${value}`);
  return options.length === 0 ? schedule : `${schedule} (${options.join(', ')})`;
}

/** The same for machines, every look included. */
export function replayJson(runId: string, choice: RuleChoice, { looks, firings }: RuleReplay): string {
  const number = (value: number) => z.encode(anyNumber, value);
  const told = looks.map(({ layer, ...look }) => ({
    ...{ ...look, ratio: number(look.ratio), trainLoss: number(look.trainLoss) },
    ...(layer && { layer: { ...layer, ratio: number(layer.ratio) } }),
  }));
  return `${JSON.stringify({ type: 'replay', runId, rule: choice, firings, looks: told })}\n`;
}
