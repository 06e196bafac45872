import type { Snapshot } from '@fdr/core';
import type { FetchProgress } from '@fdr/datasets';
import type { Acknowledgement, Command, Environment, EpochRecord, EventRecord, Run, RunConfig } from '@fdr/records';
import type { Backend } from './backends/executor.js';

/** What the training thread is started with. */
export interface WorkerData {
  readonly config: RunConfig;
  /** Seconds between two rolling checkpoints, at least. */
  readonly checkpointEvery: number;
  /** Where an interrupted training goes on; left out, a new one begins. */
  readonly resume?: Snapshot;
}

/** What the training thread sends. The order is that of the training: a record's steps come before it. */
export type WorkerMessage =
  /** Data that is not here yet is being downloaded. */
  | { readonly type: 'fetching'; readonly progress: FetchProgress }
  /** Data, backend and model are ready; nothing has been trained. The thread waits for `start`. */
  | ({
      readonly type: 'prepared';
      /** With `auto` and `all` resolved, so that the configuration means the same elsewhere. */
      readonly config: RunConfig;
      readonly environment: Pick<Environment, 'threads' | 'tensorflow'> & { readonly backend: Backend };
    } & Pick<Run, 'parameters' | 'stepColumns' | 'stepsPerEpoch'>)
  /** Rows of `steps.f32` from row `from` on; `seconds` is the time they took. */
  | { readonly type: 'steps'; readonly from: number; readonly rows: Float32Array; readonly seconds: number }
  | { readonly type: 'epoch'; readonly record: EpochRecord }
  | { readonly type: 'event'; readonly record: EventRecord }
  /** `rolling`: kept only until a newer one is complete. */
  | ({ readonly type: 'checkpoint'; readonly step: number; readonly rolling: boolean } & Snapshot)
  | { readonly type: 'answer'; readonly commandId: string; readonly answer: Acknowledgement }
  | { readonly type: 'end' }
  /** `mistake`: the user's, to be shown in one line; otherwise a bug. */
  | { readonly type: 'failed'; readonly mistake: boolean; readonly message: string; readonly stack: string };

/** What the training thread is sent. */
export type HostMessage = { readonly type: 'start' } | { readonly type: 'command'; readonly command: Command };
