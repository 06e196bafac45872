import type { Snapshot } from '@fdr/core';
import type { FetchProgress } from '@fdr/datasets';
import type {
  Acknowledgement,
  AppliedCommand,
  Command,
  Environment,
  EpochRecord,
  EventRecord,
  Run,
  RunConfig,
} from '@fdr/records';
import type { Retention } from '@fdr/run-store';
import type { Backend } from './backends/executor.js';

/** When a training saves its state, besides at its beginning and at its end. */
export interface CheckpointPlan {
  /** Seconds between two rolling checkpoints, at least. */
  readonly checkpointEvery: number;
  /** Epochs between two permanent checkpoints; undefined: none in between. */
  readonly keepEvery?: number | undefined;
}

/** How an interrupted training goes on. */
export interface ResumedTraining {
  /** Undefined: there is no checkpoint, and it begins again. */
  readonly snapshot: Snapshot | undefined;
  /** Commands that came after the checkpoint, to be carried out again at their steps. */
  readonly replay: readonly AppliedCommand[];
  /** The highest test accuracy up to there; undefined if there is none. */
  readonly bestTestAccuracy: number | undefined;
}

/** What the training thread is started with. */
export interface WorkerData extends CheckpointPlan {
  readonly config: RunConfig;
  /** Left out, a new training begins. */
  readonly resume?: ResumedTraining;
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
      readonly environment: Pick<Environment, 'threads' | 'tensorflow' | 'onnxruntime'> & { readonly backend: Backend };
    } & Pick<Run, 'dataHash' | 'parameters' | 'stepColumns' | 'stepsPerEpoch'>)
  /** Rows of `steps.f32` from row `from` on; `seconds` is the time they took. */
  | { readonly type: 'steps'; readonly from: number; readonly rows: Float32Array; readonly seconds: number }
  | { readonly type: 'epoch'; readonly record: EpochRecord }
  | { readonly type: 'event'; readonly record: EventRecord }
  /** A command has changed the course. `isReplayed`: it did so before, after the checkpoint from which the training goes on. */
  | { readonly type: 'applied'; readonly record: AppliedCommand; readonly isReplayed: boolean }
  | ({ readonly type: 'checkpoint'; readonly step: number; readonly retention: Retention } & Snapshot)
  | { readonly type: 'answer'; readonly commandId: string; readonly answer: Acknowledgement }
  | { readonly type: 'end' }
  /** `mistake`: the user's, to be shown in one line; otherwise a bug. */
  | { readonly type: 'failed'; readonly mistake: boolean; readonly message: string; readonly stack: string };

/** What the training thread is sent. */
export type HostMessage =
  | { readonly type: 'start' }
  | { readonly type: 'command'; readonly command: Command }
  /** Something that happened outside the training, to be recorded as a warning. */
  | { readonly type: 'note'; readonly message: string };
