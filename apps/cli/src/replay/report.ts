import type { ScheduleChoice } from '@fdr/core';
import { anyNumber } from '@fdr/records';
import { z } from 'zod';
import { reasonText } from '../terminal/change-reason.js';
import { chosen } from '../terminal/number-text.js';
import { formatTable } from '../terminal/table.js';
import type { RuleReplay } from './rule-replay.js';

const COLUMNS = [
  { title: 'EPOCH', rank: 0, alignment: 'right' },
  { title: 'LR', rank: 1 },
  { title: 'WHY', rank: 0 },
  { title: 'KIND', rank: 0 },
] as const;

/** When the rule would have fired, for people. */
export function replayText(runId: string, choice: ScheduleChoice, replay: RuleReplay, columns?: number): string {
  const { schedule, threshold, decay } = choice;
  const asked = schedule === 'equilibrium' ? `${schedule} (X = ${threshold}, Y = ${decay})` : schedule;
  const { looks, firings } = replay;
  const head = `${asked} over run ${runId}, ${looks.length} epochs: `;
  if (firings.length === 0) return `${head}it would not have fired\n`;
  const rows = firings.map(({ epoch, from, to, reason, exact }) => [
    ...[String(epoch), `${chosen(from)} -> ${chosen(to)}`, reasonText(reason), exact ? 'exact' : 'hypothetical'],
  ]);
  const hypothetical = firings.some(({ exact }) => !exact)
    ? 'Hypothetical ones rest on steps that were made at another learning rate than the rule would have set.\n'
    : '';
  return `${head}it would have fired ${firings.length} times\n${formatTable(COLUMNS, rows, columns)}${hypothetical}`;
}

/** The same for machines, every look included. */
export function replayJson(runId: string, choice: ScheduleChoice, { looks, firings }: RuleReplay): string {
  const told = looks.map((look) => ({ ...look, ratio: z.encode(anyNumber, look.ratio) }));
  return `${JSON.stringify({ type: 'replay', runId, rule: choice, firings, looks: told })}\n`;
}
