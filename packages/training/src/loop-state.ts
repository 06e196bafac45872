import type { Training, TrainingItem } from '@fdr/core';
import type { EpochRecord, EventRecord, RunStatus } from '@fdr/records';
import { isFiniteEverywhere, type Retention } from '@fdr/run-store';
import type { SegmentLength } from './segment-length.js';
import type { CheckpointPlan, WorkerMessage } from './worker-messages.js';

/** Where a training goes on from a checkpoint. */
interface LoopStart {
  readonly step: number;
  readonly epoch: number;
  readonly bestTestAccuracy: number | undefined;
}

/** What {@link loopState} keeps the state of. */
export interface LoopStateOptions extends CheckpointPlan {
  readonly training: Training;
  readonly segment: SegmentLength;
  readonly post: (message: WorkerMessage) => void;
  /** Undefined where the training begins. */
  readonly from: LoopStart | undefined;
}

/** Position and clocks of a training loop, and what it posts. */
export interface LoopState {
  readonly position: Readonly<Record<'step' | 'epoch', number>>;
  status(value: RunStatus, message: string): void;
  postEvent(record: EventRecord): void;
  checkpoint(retention: Retention): void;
  /** Saves the state at an epoch's end if no epoch was better, or if it is one that is kept. */
  checkpointAfter(record: Pick<EpochRecord, 'epoch' | 'testAccuracy'>): void;
  /** The step of the newest checkpoint whose numbers are all finite. */
  lastGoodStep(): number | undefined;
  report(item: TrainingItem): void;
  /** The time until now belongs to no segment of steps. */
  restartClock(): void;
  atEpochEnd(): boolean;
  checkpointIfDue(): void;
}

/** The time, as records have it. */
export const now = (): string => new Date().toISOString();

/** The state of a training loop before its first segment. */
export function loopState({
  training,
  segment,
  post,
  checkpointEvery,
  keepEvery = Infinity,
  from,
}: LoopStateOptions): LoopState {
  const position = { step: from?.step ?? 0, epoch: from?.epoch ?? 0 };
  let lastGoodStep = from?.step;
  let bestTestAccuracy = from?.bestTestAccuracy ?? -Infinity;
  let savedAt = performance.now();
  let epochBegan = savedAt;
  let itemBegan = savedAt;

  const postEvent = (record: EventRecord): void => post({ type: 'event', record });
  const status = (value: RunStatus, message: string): void =>
    postEvent({ type: 'status', ...position, time: now(), status: value, message });

  function checkpoint(retention: Retention): void {
    const snapshot = training.snapshot();
    const isFinite = isFiniteEverywhere(snapshot.tensors);
    // What has diverged with finite numbers would pass for a good checkpoint.
    if (isFinite && snapshot.state.progress.diverged) return;
    if (isFinite) lastGoodStep = position.step;
    post({ type: 'checkpoint', step: position.step, retention, ...snapshot });
    savedAt = performance.now();
  }

  function checkpointAfter({ epoch, testAccuracy }: Pick<EpochRecord, 'epoch' | 'testAccuracy'>): void {
    const isBest = testAccuracy > bestTestAccuracy;
    if (isBest) bestTestAccuracy = testAccuracy;
    if (epoch % keepEvery === 0) checkpoint('permanent');
    else if (isBest) checkpoint('best');
  }

  function report(item: TrainingItem): void {
    const moment = performance.now();
    switch (item.type) {
      case 'steps': {
        const steps = item.rows.length / item.columns.length;
        const seconds = (moment - itemBegan) / 1000;
        segment.update(steps, seconds);
        position.step = item.from + steps;
        post({ type: 'steps', from: item.from, rows: item.rows, seconds });
        break;
      }
      case 'epoch':
        position.epoch = item.record.epoch;
        post({ type: 'epoch', record: { ...item.record, seconds: (moment - epochBegan) / 1000 } });
        epochBegan = moment;
        break;
      case 'event':
        postEvent({ ...item.record, time: now() });
        break;
      case 'end':
        break;
      default:
        item satisfies never;
    }
  }

  return {
    position,
    status,
    postEvent,
    checkpoint,
    checkpointAfter,
    lastGoodStep: () => lastGoodStep,
    report,
    restartClock: () => {
      itemBegan = performance.now();
    },
    atEpochEnd: () => position.step % training.stepsPerEpoch === 0,
    checkpointIfDue: () => {
      if (performance.now() - savedAt > 1000 * checkpointEvery) checkpoint('rolling');
    },
  };
}
