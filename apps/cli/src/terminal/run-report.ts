import { epochRecord, eventRecord, type EpochRecord, type EventRecord, type RunConfig } from '@fdr/records';
import { z } from 'zod';
import type { RunReader } from '@fdr/run-store';
import { formatDuration, formatMeasured, formatNumber, formatPercent, formatSettings } from '@fdr/core/relations';
import { runJson } from './run-table.js';
import { formatSections, type Pairs, type Section } from './section.js';
import { valleyJson, valleySection } from './valley-report.js';

/**
 * One run for people: what it is, how it stands, and why its learning rate fell.
 *
 * @param relations what the run's extra observables tell; see `relation-report.ts`
 */
export function runReport(
  reader: RunReader,
  epochs: readonly EpochRecord[],
  events: readonly EventRecord[],
  relations: readonly Section[] = [],
): string {
  const { run, lastEpoch } = reader;
  const parameters = run.parameters.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  return formatSections([
    ['run', [...pairs({ id: run.id, name: run.name, status: run.status, created: run.createdAt }), ...tags(run.tags)]],
    ['configuration', configuration(run.config)],
    ['environment', pairs(run.environment)],
    ['parameters', parameters.map((text) => [text, ''] as const)],
    ['last epoch', lastEpoch === undefined ? [['none yet', '']] : [...epochPairs(reader, lastEpoch), time(epochs)]],
    ...(lastEpoch === undefined ? [] : [valleySection(run, lastEpoch)]),
    ...relations,
    ['learning rate', changes(events)],
    ['events', others(events)],
  ]);
}

/** The same for machines, all epochs and events included. */
export function runReportJson(
  reader: RunReader,
  epochs: readonly EpochRecord[],
  events: readonly EventRecord[],
  relations: readonly object[] = [],
): string {
  const document = {
    ...runJson(reader),
    valleyFloor: reader.lastEpoch === undefined ? null : valleyJson(reader.run, reader.lastEpoch),
    ...(relations.length > 0 && { relations }),
    epochs: epochs.map((record) => z.encode(epochRecord, record)),
    events: events.map((record) => z.encode(eventRecord, record)),
    skippedLines: { epochs: reader.epochLines.skipped, events: reader.eventLines.skipped },
  };
  return `${JSON.stringify(document)}\n`;
}

function pairs(values: object): Pairs {
  return Object.entries(values).map(([name, value]) => [name, value === null ? '-' : String(value)] as const);
}

/** The configuration, schedule and optimizer with their options. */
const configuration = ({ optimizer, schedule, ...others }: RunConfig): Pairs =>
  pairs({ ...others, optimizer: formatSettings(optimizer), schedule: formatSettings(schedule) });

function tags(list: readonly string[]): Pairs {
  return list.length === 0 ? [] : [['tags', list.join(', ')]];
}

function epochPairs({ run, bestTestAccuracy }: RunReader, last: EpochRecord): Pairs {
  return [
    ['epoch', `${last.epoch} of ${run.config.epochs}, step ${last.step}`],
    ['learning rate', formatNumber(last.learningRate)],
    ['ratio', `${formatMeasured(last.ratio)} = ${formatMeasured(last.oLHalf)} / ${formatMeasured(last.oRHalf)}`],
    ...Object.entries(last.layers).map(([name, layer]) => [`  ${name}`, formatMeasured(layer.ratio)] as const),
    [
      'loss',
      `${formatMeasured(last.lossHalf)} half-running, ${formatMeasured(last.trainLoss)} training, ${formatMeasured(last.testLoss)} test`,
    ],
    ['accuracy', `${formatPercent(last.trainAccuracy)} training, ${formatPercent(last.testAccuracy)} test`],
    ['best test', bestTestAccuracy === undefined ? '-' : formatPercent(bestTestAccuracy)],
  ];
}

function time(epochs: readonly EpochRecord[]): Pairs[number] {
  const total = epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  return ['time', `${formatDuration(total)} for ${epochs.length} epochs`];
}

/** Every change of the learning rate, with its reason. */
function changes(events: readonly EventRecord[]): Pairs {
  return events
    .filter((event) => event.type === 'learningRate')
    .map(({ epoch, from, to, reason }) => [
      `epoch ${epoch}`,
      `${formatNumber(from)} -> ${formatNumber(to)}: ${reason.message}`,
    ]);
}

/** Everything else that happened. */
function others(events: readonly EventRecord[]): Pairs {
  return events
    .filter((event) => event.type !== 'learningRate')
    .map((event) => [`epoch ${event.epoch}`, eventText(event)] as const);
}

function eventText(event: Exclude<EventRecord, { type: 'learningRate' }>): string {
  switch (event.type) {
    case 'schedule':
      return `schedule ${formatSettings(event.schedule)}`;
    case 'command':
      return `command ${event.command.type}`;
    case 'warning':
      return `warning: ${event.message}`;
    case 'status':
      return event.message === '' ? event.status : `${event.status}: ${event.message}`;
  }
}
