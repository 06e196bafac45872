import type { Snapshot } from '@fdr/core';
import type { FetchProgress } from '@fdr/datasets';
import type { Acknowledgement, Command, Environment, EpochRecord, EventRecord, Run, RunConfig } from '@fdr/records';
import type { Backend } from './backends/executor.js';

/** What the training thread is started with. */
export interface Assignment {
  readonly config: RunConfig;
  /** Seconds between two checkpoints to go on from, at least. */
  readonly checkpointEvery: number;
  /** Where a training that was broken off goes on; a new one begins where it is left out. */
  readonly resume?: Snapshot;
}

/** What the training thread says. Everything it says is in order: a record's steps come before it. */
export type Report =
  /** Data that is not here yet is on its way. */
  | { readonly type: 'fetching'; readonly progress: FetchProgress }
  /** Data, backend and model are ready; nothing has been trained. It waits for `start`. */
  | ({
      readonly type: 'prepared';
      /** With what `auto` and `all` came to mean here, so that it means the same elsewhere. */
      readonly config: RunConfig;
      readonly environment: Pick<Environment, 'threads' | 'tensorflow'> & { readonly backend: Backend };
    } & Pick<Run, 'parameters' | 'stepColumns' | 'stepsPerEpoch'>)
  /** Rows of `steps.f32` from row `from` on; `seconds` is what they took. */
  | { readonly type: 'steps'; readonly from: number; readonly rows: Float32Array; readonly seconds: number }
  | { readonly type: 'epoch'; readonly record: EpochRecord }
  | { readonly type: 'event'; readonly record: EventRecord }
  /** `rolling`: only there to resume from if the process dies; deleted once newer checkpoints are complete. */
  | ({ readonly type: 'checkpoint'; readonly step: number; readonly rolling: boolean } & Snapshot)
  | { readonly type: 'answer'; readonly commandId: string; readonly answer: Acknowledgement }
  | { readonly type: 'end' }
  /** `mistake`: a person's, said in one line; otherwise a bug. */
  | { readonly type: 'failed'; readonly mistake: boolean; readonly message: string; readonly stack: string };

/** What the training thread is told. */
export type Order = { readonly type: 'start' } | { readonly type: 'command'; readonly command: Command };
