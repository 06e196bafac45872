import { run as runSchema, type Position, type ServerEvents } from '@fdr/records';
import type { RunReader } from '@fdr/run-store';
import { z } from 'zod';

const MAX_BYTES = 256 * 1024;
const MAX_RECORDS = 200;

/** Why the disk refuses what a run's training records; null while it does not, or where another process trains it. */
export type DiskErrorOf = (runId: string) => string | null;

/** How far a client has read a run: the records that it holds, the revision of `run.json` (0: none), and the disk's state. */
export interface Cursor extends Position {
  readonly revision: number;
  readonly diskError: string | null;
}

/** A message for a client, and the client's cursor once it has acknowledged the message. */
export interface OutgoingMessage {
  readonly event: keyof ServerEvents;
  readonly payload: unknown;
  readonly cursorAfter: Cursor;
}

/** @returns whether a client claims to hold more records than the run has: the run was cut short, or is another one */
export function isBeyondEnd(claimed: Position, { epochs, steps, events }: Position): boolean {
  return claimed.epochs > epochs || claimed.steps > steps || claimed.events > events;
}

/**
 * Reads the next message for a client from the run's folder: `run.json` if it has changed, else steps, else the epochs that
 * they make up, else events.
 *
 * @returns a message of at most 256 KiB or 200 records (at least one record), or undefined if the client has everything
 */
export async function nextMessage(
  reader: RunReader,
  cursor: Cursor,
  diskError: string | null,
): Promise<OutgoingMessage | undefined> {
  // The position is read once, before any await: a later one could hold an epoch whose steps have not been sent.
  const end = reader.position();
  return (
    nextRun(reader, cursor, diskError) ??
    (await nextSteps(reader, cursor, end)) ??
    (await nextEpochs(reader, cursor, end)) ??
    (await nextEvents(reader, cursor, end))
  );
}

function nextRun(
  { id, revision, run }: RunReader,
  cursor: Cursor,
  diskError: string | null,
): OutgoingMessage | undefined {
  if (cursor.revision === revision && cursor.diskError === diskError) return undefined;
  return {
    event: 'run',
    payload: { runId: id, run: z.encode(runSchema, run), diskError },
    cursorAfter: { ...cursor, revision, diskError },
  };
}

async function nextSteps(reader: RunReader, cursor: Cursor, end: Position): Promise<OutgoingMessage | undefined> {
  const from = cursor.steps;
  if (from >= end.steps) return undefined;
  const rowBytes = 4 * reader.run.stepColumns.length;
  const maxRows = Math.max(1, Math.floor(MAX_BYTES / rowBytes));
  const rows = await reader.stepRows(from, Math.min(end.steps, from + maxRows));
  if (rows.length === 0) return undefined;
  return {
    event: 'steps',
    payload: { runId: reader.id, from, rows },
    cursorAfter: { ...cursor, steps: from + rows.length / rowBytes },
  };
}

async function nextEpochs(reader: RunReader, cursor: Cursor, end: Position): Promise<OutgoingMessage | undefined> {
  const from = cursor.epochs;
  const records = await readRecords(reader.epochLines, from, end.epochs);
  if (records.length === 0) return undefined;
  return {
    event: 'epoch',
    payload: { runId: reader.id, from, records },
    cursorAfter: { ...cursor, epochs: from + records.length },
  };
}

async function nextEvents(reader: RunReader, cursor: Cursor, end: Position): Promise<OutgoingMessage | undefined> {
  const from = cursor.events;
  const records = await readRecords(reader.eventLines, from, end.events);
  if (records.length === 0) return undefined;
  return {
    event: 'event',
    payload: { runId: reader.id, from, records },
    cursorAfter: { ...cursor, events: from + records.length },
  };
}

/** Records as they are in the file, where NaN is spelled as on the wire. */
async function readRecords(
  lines: RunReader['epochLines' | 'eventLines'],
  from: number,
  to: number,
): Promise<unknown[]> {
  if (from >= to) return [];
  const records: unknown[] = [];
  let bytes = 0;
  for (const text of await lines.texts(from, Math.min(to, from + MAX_RECORDS))) {
    bytes += text.length;
    if (records.length > 0 && bytes > MAX_BYTES) break;
    records.push(JSON.parse(text));
  }
  return records;
}
