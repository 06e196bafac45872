import { OptionError, type Training, type TrainingItem } from '@fdr/core';
import type { Acknowledgement, Command, EventRecord, RunStatus } from '@fdr/records';
import type { CommandQueue } from './command-queue.js';
import { makeSchedule } from './registry/schedules.js';
import type { SegmentLength } from './segment-length.js';
import type { WorkerMessage } from './worker-messages.js';

/** What a training loop works with. */
export interface TrainingLoopOptions {
  readonly training: Training;
  readonly segment: SegmentLength;
  readonly commands: CommandQueue;
  readonly post: (message: WorkerMessage) => void;
  /** Seconds between two rolling checkpoints, at least. */
  readonly checkpointEvery: number;
  /** Where the training goes on from a checkpoint; undefined where it begins. */
  readonly from: { readonly step: number; readonly epoch: number } | undefined;
}

/** Iterates a training to its end, carries out commands between its segments, and saves its state now and then. */
export async function runTrainingLoop({ from, ...options }: TrainingLoopOptions): Promise<void> {
  const loop = loopState({ ...options, from });
  const commands = commandHandler(options, loop);
  if (!from) loop.checkpoint(false);
  loop.status('running', from ? `training goes on from the checkpoint of step ${from.step}` : 'training begins');
  for await (const item of options.training) {
    loop.report(item);
    if (item.type === 'end') {
      loop.checkpoint(false);
      loop.status(item.reason, item.reason === 'finished' ? 'all epochs are done' : 'the loss is no longer finite');
      return;
    }
    // Nothing may change between an epoch's last step and its record: the record describes the epoch as it was.
    if (item.type === 'steps' && loop.atEpochEnd()) continue;
    loop.checkpointIfDue();
    if ((await commands.drain()) === 'stop') {
      loop.checkpoint(false);
      loop.status('stopped', 'stopped by a command');
      return;
    }
  }
}

/** Position and clocks of a training loop, and what it posts. */
interface LoopState {
  readonly position: Readonly<Record<'step' | 'epoch', number>>;
  status(value: RunStatus, message: string): void;
  postEvent(record: EventRecord): void;
  checkpoint(rolling: boolean): void;
  report(item: TrainingItem): void;
  /** The time until now belongs to no segment of steps. */
  restartClock(): void;
  atEpochEnd(): boolean;
  checkpointIfDue(): void;
}

const now = (): string => new Date().toISOString();

function loopState({
  training,
  segment,
  post,
  checkpointEvery,
  from,
}: Omit<TrainingLoopOptions, 'commands'>): LoopState {
  const position = { step: from?.step ?? 0, epoch: from?.epoch ?? 0 };
  let savedAt = performance.now();
  let epochBegan = savedAt;
  let itemBegan = savedAt;

  const postEvent = (record: EventRecord): void => post({ type: 'event', record });
  const status = (value: RunStatus, message: string): void =>
    postEvent({ type: 'status', ...position, time: now(), status: value, message });

  function checkpoint(rolling: boolean): void {
    post({ type: 'checkpoint', step: position.step, rolling, ...training.snapshot() });
    savedAt = performance.now();
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
    report,
    restartClock: () => {
      itemBegan = performance.now();
    },
    atEpochEnd: () => position.step % training.stepsPerEpoch === 0,
    checkpointIfDue: () => {
      if (performance.now() - savedAt > 1000 * checkpointEvery) checkpoint(true);
    },
  };
}

/** Carries out the commands of a training loop. */
function commandHandler(
  { training, commands, post }: Pick<TrainingLoopOptions, 'training' | 'commands' | 'post'>,
  { position, status, postEvent, checkpoint, restartClock }: LoopState,
) {
  let paused = false;

  /** Carries out all commands that have arrived, and, while paused, waits for more. */
  async function drain(): Promise<'stop' | 'continue'> {
    for (;;) {
      const message = paused ? await commands.next() : await commands.take();
      restartClock();
      if (!message) return 'continue';
      if (message.type !== 'command') throw new Error('the training has begun already');
      const { command } = message;
      const answer = applyCommand(command);
      if (answer.ok) postEvent({ type: 'command', ...position, time: now(), command });
      post({ type: 'answer', commandId: command.commandId, answer });
      if (answer.ok && command.type === 'stop') return 'stop';
    }
  }

  function applyCommand(command: Command): Acknowledgement {
    try {
      carryOut(command);
      return { ok: true };
    } catch (error) {
      if (error instanceof OptionError) return { ok: false, error: error.message };
      throw error;
    }
  }

  function carryOut(command: Command): void {
    switch (command.type) {
      case 'setLearningRate':
        return training.setLearningRate(command.learningRate, command.commandId);
      case 'setSchedule':
        return training.setSchedule(makeSchedule(command.schedule), command.commandId);
      case 'checkpoint':
        return checkpoint(false);
      case 'pause':
        if (!paused) status('paused', 'paused by a command');
        paused = true;
        return;
      case 'resume':
        if (paused) status('running', 'resumed by a command');
        paused = false;
        return;
      case 'stop':
        return;
      default:
        command satisfies never;
    }
  }

  return { drain };
}
