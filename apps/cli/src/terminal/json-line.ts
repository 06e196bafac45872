import type { RunVerdict } from '@fdr/core/relations';
import { anyNumber, epochRecord, eventRecord, run, type EpochRecord, type EventRecord, type Run } from '@fdr/records';
import { z } from 'zod';

/** What `--json` prints: one record, under the name that it also has on the wire. */
type JsonRecord =
  /** The address of the page, with its token if one is required. */
  | { readonly type: 'dashboard'; readonly url: string }
  | { readonly type: 'run'; readonly run: Run }
  /** The relaxation time of the run's settings; see `relaxationOf`. */
  | { readonly type: 'relaxation'; readonly runId: string; readonly steps: number; readonly epochs: number }
  | { readonly type: 'epoch'; readonly runId: string; readonly epoch: EpochRecord }
  | { readonly type: 'event'; readonly runId: string; readonly event: EventRecord }
  /** What can be said of the run, once it has ended. */
  | { readonly type: 'verdict'; readonly runId: string; readonly verdict: RunVerdict };

/** One line of JSON; NaN and the infinities are strings in it, as in the run folder. */
export function jsonLine(record: JsonRecord): string {
  return `${JSON.stringify(encode(record))}\n`;
}

function encode(record: JsonRecord): object {
  switch (record.type) {
    case 'dashboard':
    case 'verdict':
      return record;
    case 'run':
      return { ...record, run: z.encode(run, record.run) };
    case 'relaxation':
      return { ...record, steps: z.encode(anyNumber, record.steps), epochs: z.encode(anyNumber, record.epochs) };
    case 'epoch':
      return { ...record, epoch: z.encode(epochRecord, record.epoch) };
    case 'event':
      return { ...record, event: z.encode(eventRecord, record.event) };
    default:
      return record satisfies never;
  }
}
