import type { Position, ServerEvents } from '@fdr/records';
import { run as runSchema } from '@fdr/records';
import { z } from 'zod';
import type { JsonlFile } from '@fdr/run-store';
import type { RunReader } from '@fdr/run-store';

const MAX_BYTES = 256 * 1024;
const MAX_RECORDS = 200;

/** One message on its way: what it is called, what it carries, and where the client stands after it. */
export interface Delivery {
  readonly event: keyof ServerEvents;
  readonly message: unknown;
  readonly then: Standing;
}

/** How far a client has a run: the records it holds, and the `run.json` it has seen (0: none). */
export interface Standing extends Position {
  readonly revision: number;
}

/** Whether a client claims to hold more of a run than there is: the run has been cut short, or is another one. */
export function isBeyond(standing: Position, { epochs, steps, events }: Position): boolean {
  return standing.epochs > epochs || standing.steps > steps || standing.events > events;
}

/**
 * The next message for a client that stands where it stands, of bounded size; undefined where it has everything. The run
 * comes first, then steps, then the epochs they make up, then events.
 */
export async function nextDelivery(reader: RunReader, standing: Standing): Promise<Delivery | undefined> {
  const { id: runId, revision, run } = reader;
  const { epochs, steps, events } = reader.position();
  if (standing.revision !== revision) {
    return { event: 'run', message: { runId, run: z.encode(runSchema, run) }, then: { ...standing, revision } };
  }
  if (standing.steps < steps) {
    const rowBytes = 4 * run.stepColumns.length;
    const rowsAtMost = Math.max(1, Math.floor(MAX_BYTES / rowBytes));
    const from = standing.steps;
    const rows = await reader.stepRows(from, Math.min(steps, from + rowsAtMost));
    if (rows.length > 0) {
      return {
        event: 'steps',
        message: { runId, from, rows },
        then: { ...standing, steps: from + rows.length / rowBytes },
      };
    }
  }
  if (standing.epochs < epochs) {
    const from = standing.epochs;
    const records = await recordsFrom(reader.epochLines, from, epochs);
    if (records.length > 0) {
      return {
        event: 'epoch',
        message: { runId, from, records },
        then: { ...standing, epochs: from + records.length },
      };
    }
  }
  if (standing.events < events) {
    const from = standing.events;
    const records = await recordsFrom(reader.eventLines, from, events);
    if (records.length > 0) {
      return {
        event: 'event',
        message: { runId, from, records },
        then: { ...standing, events: from + records.length },
      };
    }
  }
  return undefined;
}

/** As they stand in the file, where NaN is spelled as on the wire. */
async function recordsFrom(lines: JsonlFile<unknown>, from: number, to: number): Promise<unknown[]> {
  const records: unknown[] = [];
  let bytes = 0;
  for (const text of await lines.texts(from, Math.min(to, from + MAX_RECORDS))) {
    bytes += text.length;
    if (records.length > 0 && bytes > MAX_BYTES) break;
    records.push(JSON.parse(text));
  }
  return records;
}
