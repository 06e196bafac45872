import {
  changeText,
  formatDuration,
  formatMeasured,
  formatNumber,
  formatPercent,
  formatRateChange,
  formatSettings,
  noiseScale,
  noiseScaleText,
  runVerdict,
} from '@fdr/core/relations';
import {
  anyNumber,
  epochRecord,
  eventRecord,
  run as runSchema,
  type EpochRecord,
  type EventRecord,
  type RunConfig,
} from '@fdr/records';
import type { RunReader } from '@fdr/run-store';
import { z } from 'zod';
import { layersJson, layerSections } from './layer-report.js';
import { formatSections, type Pairs, type Section } from './section.js';
import { onOneLine } from './text.js';
import { valleyJson, valleySection } from './valley-report.js';
import { verdictSection } from './verdict-report.js';

/** A run and all its records. */
export interface RunRecords {
  readonly reader: RunReader;
  readonly epochs: readonly EpochRecord[];
  readonly events: readonly EventRecord[];
}

/**
 * One run for people: the verdict on it, its configuration, its last epoch, and why its learning rate fell.
 *
 * @param relations sections on the run's extra observables; see `relation-report.ts`
 * @param columns of the terminal
 */
export function runReport(
  { reader, epochs, events }: RunRecords,
  relations: readonly Section[] = [],
  columns?: number,
): string {
  const { run, lastEpoch } = reader;
  const parameters = run.parameters.map(({ name, shape }) => [onOneLine(`${name} [${shape.join(', ')}]`), ''] as const);
  const sections: readonly Section[] = [
    verdictSection(runVerdict({ run, epochs, events })),
    ['run', runPairs(reader)],
    ['configuration', configPairs(run.config)],
    ['environment', pairs(run.environment)],
    ['parameters', parameters],
    ['last epoch', lastEpoch === undefined ? [['none yet', '']] : epochPairs(reader, lastEpoch, epochs)],
    ...(lastEpoch === undefined ? [] : [valleySection(run, epochs), ...layerSections(run, lastEpoch)]),
    ...relations,
    ['learning rate', changePairs(events)],
    ['events', eventPairs(events)],
  ];
  return formatSections(sections, columns);
}

/**
 * The same for machines, with all epochs and events.
 *
 * @param relations each relation's two sides; undefined where the run has measured no extra observables
 */
export function runReportJson({ reader, epochs, events }: RunRecords, relations?: readonly object[]): string {
  const document = {
    ...runJson(reader),
    verdict: runVerdict({ run: reader.run, epochs, events }),
    valleyFloor: reader.lastEpoch === undefined ? null : valleyJson(reader.run, epochs),
    noiseScale: reader.lastEpoch === undefined ? null : noiseScale(reader.lastEpoch, reader.run),
    ...(reader.lastEpoch === undefined ? undefined : layersJson(reader.run, reader.lastEpoch)),
    relations: relations?.length === 0 ? undefined : relations,
    epochs: epochs.map((record) => z.encode(epochRecord, record)),
    events: events.map((record) => z.encode(eventRecord, record)),
    skippedLines: { epochs: reader.epochLines.skipped, events: reader.eventLines.skipped },
  };
  return `${JSON.stringify(document)}\n`;
}

/** One stored run and its last epoch, ready for JSON. */
function runJson({ run, labels, lastEpoch, bestTestAccuracy }: RunReader) {
  return {
    type: 'run',
    run: z.encode(runSchema, run),
    labels,
    lastEpoch: lastEpoch === undefined ? null : z.encode(epochRecord, lastEpoch),
    bestTestAccuracy: bestTestAccuracy === undefined ? null : z.encode(anyNumber, bestTestAccuracy),
  };
}

/** Keys and values as they are stored; what is null or empty shows as a dash. */
function pairs(values: object): Pairs {
  return Object.entries(values).map(([name, value]) => {
    const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
    return [name, text === '' ? '-' : text] as const;
  });
}

function runPairs({ run: { id, name, status, createdAt, tags }, labels: { note } }: RunReader): Pairs {
  const all = { id, name, status, created: createdAt, ...(tags.length > 0 && { tags }), ...(note && { note }) };
  return pairs(all);
}

/** The configuration, schedule and optimizer with their options. */
const configPairs = ({ optimizer, schedule, ...others }: RunConfig): Pairs =>
  pairs({ ...others, optimizer: formatSettings(optimizer), schedule: formatSettings(schedule) });

function epochPairs({ run, bestTestAccuracy }: RunReader, last: EpochRecord, epochs: readonly EpochRecord[]): Pairs {
  const losses = [
    `${formatMeasured(last.lossHalf)} half-running`,
    `${formatMeasured(last.trainLoss)} training`,
    `${formatMeasured(last.testLoss)} test`,
  ];
  const seconds = epochs.reduce((sum, record) => sum + record.seconds, 0);
  return [
    ['epoch', `${last.epoch} of ${run.config.epochs}, step ${last.step}`],
    ['learning rate', formatNumber(last.learningRate)],
    ['ratio', `${formatMeasured(last.ratio)} = ${formatMeasured(last.oLHalf)} / ${formatMeasured(last.oRHalf)}`],
    ...Object.entries(last.layers).map(
      ([name, layer]) => [`  ${onOneLine(name)}`, formatMeasured(layer.ratio)] as const,
    ),
    ['loss', losses.join(', ')],
    ['accuracy', `${formatPercent(last.trainAccuracy)} training, ${formatPercent(last.testAccuracy)} test`],
    ...averagePairs(last),
    ['noise scale', noiseScaleText(noiseScale(last, run))],
    ['best test', bestTestAccuracy === undefined ? '-' : formatPercent(bestTestAccuracy)],
    ['time', `${formatDuration(seconds)} for ${epochs.length} ${epochs.length === 1 ? 'epoch' : 'epochs'}`],
  ];
}

/** The average of the parameters, where one is kept. */
function averagePairs({ average }: EpochRecord): Pairs {
  if (!average) return [];
  const { steps, trainLoss, testLoss, trainAccuracy, testAccuracy } = average;
  return [
    ['average', `of the parameters over ${steps.toLocaleString('en')} steps`],
    ['  loss', `${formatMeasured(trainLoss)} training, ${formatMeasured(testLoss)} test`],
    ['  accuracy', `${formatPercent(trainAccuracy)} training, ${formatPercent(testAccuracy)} test`],
  ];
}

/** Every change of the learning rate, with its reason. */
const changePairs = (events: readonly EventRecord[]): Pairs =>
  events
    .filter((event) => event.type === 'learningRate')
    .map((event) => [`epoch ${event.epoch}`, `${formatRateChange(event.from, event.to)}: ${changeText(event)}`]);

/** Every other event. */
const eventPairs = (events: readonly EventRecord[]): Pairs =>
  events
    .filter((event) => event.type !== 'learningRate')
    .map((event) => [`epoch ${event.epoch}`, describeEvent(event)]);

function describeEvent(event: Exclude<EventRecord, { type: 'learningRate' }>): string {
  switch (event.type) {
    case 'schedule':
      return `schedule ${formatSettings(event.schedule)}`;
    case 'command':
      return `command ${event.command.type}`;
    case 'warning':
      return `warning: ${event.message}`;
    case 'status':
      return event.message === '' ? event.status : `${event.status}: ${event.message}`;
    default:
      return event satisfies never;
  }
}
