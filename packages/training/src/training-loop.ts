import { OptionError, type Training } from '@fdr/core';
import type { Acknowledgement, Command, EventRecord, RunStatus } from '@fdr/records';
import type { Order, Report } from './worker-messages.js';

/** Seconds of training between two looks at the orders: short enough that a person sees them obeyed. */
const SEGMENT_SECONDS = 0.5;
const FIRST_SEGMENT_STEPS = 10;

/** Where the training thread hears of its orders. */
export interface Instructions {
  /** The next order, if there is one. */
  take(): Promise<Order | undefined>;
  /** The next order, waited for. */
  next(): Promise<Order>;
}

export interface SegmentLength {
  steps(): number;
  measured(steps: number, seconds: number): void;
}

/** How many steps a segment may have, so that it takes about {@link SEGMENT_SECONDS}. */
export function segmentLength(): SegmentLength {
  let steps = FIRST_SEGMENT_STEPS;
  return {
    steps: () => steps,
    measured: (done, seconds) => {
      const wanted = (done * SEGMENT_SECONDS) / Math.max(seconds, 1e-6);
      // The first segments are slower than the rest: approach, don't jump.
      steps = Math.max(1, Math.round(Math.min(wanted, 4 * steps)));
    },
  };
}

export interface ConductOptions {
  /** Seconds between two rolling checkpoints, at least. */
  readonly checkpointEvery: number;
  /** Where the training goes on from a checkpoint; left out where it begins. */
  readonly from?: { readonly step: number; readonly epoch: number } | undefined;
}

/** Iterates a training to its end, obeys orders between its segments, and saves its state now and then. */
export async function conduct(
  training: Training,
  segment: SegmentLength,
  instructions: Instructions,
  say: (report: Report) => void,
  { checkpointEvery, from }: ConductOptions,
): Promise<void> {
  const stamped = (record: Omit<Extract<EventRecord, { type: 'status' }>, 'time'>): void =>
    say({ type: 'event', record: { ...record, time: new Date().toISOString() } });
  const position = { step: from?.step ?? 0, epoch: from?.epoch ?? 0 };
  const status = (value: RunStatus, message: string): void =>
    stamped({ type: 'status', ...position, status: value, message });
  let saved = performance.now();
  const checkpoint = (rolling = false): void => {
    const { tensors, state } = training.snapshot();
    say({ type: 'checkpoint', step: position.step, rolling, tensors, state });
    saved = performance.now();
  };

  if (!from) checkpoint();
  status('running', from ? `training goes on from the checkpoint of step ${from.step}` : 'training begins');
  let epochBegan = performance.now();
  let itemBegan = epochBegan;
  let paused = false;

  /** Obeys all orders that are there, and, while paused, those that come. Says whether to stop. */
  async function obey(): Promise<boolean> {
    for (;;) {
      const order = paused ? await instructions.next() : await instructions.take();
      if (!order) return false;
      if (order.type !== 'command') throw new Error('the training has begun already');
      const { command } = order;
      const answer = attempt(command);
      if (answer.ok)
        say({ type: 'event', record: { type: 'command', ...position, time: new Date().toISOString(), command } });
      say({ type: 'answer', commandId: command.commandId, answer });
      if (answer.ok && command.type === 'stop') return true;
    }
  }

  function attempt(command: Command): Acknowledgement {
    try {
      if (command.type === 'setLearningRate') training.setLearningRate(command.learningRate, command.commandId);
      if (command.type === 'setSchedule') training.setSchedule(command, command.commandId);
      if (command.type === 'checkpoint') checkpoint();
      if (command.type === 'pause' && !paused) status('paused', 'paused by a command');
      if (command.type === 'resume' && paused) status('running', 'resumed by a command');
      if (command.type === 'pause') paused = true;
      if (command.type === 'resume') paused = false;
      return { ok: true };
    } catch (error) {
      if (error instanceof OptionError) return { ok: false, error: error.message };
      throw error;
    }
  }

  for await (const item of training) {
    const now = performance.now();
    if (item.type === 'steps') {
      const { from, rows, columns } = item;
      const steps = rows.length / columns.length;
      const seconds = (now - itemBegan) / 1000;
      segment.measured(steps, seconds);
      position.step = from + steps;
      say({ type: 'steps', from, rows, seconds });
      itemBegan = now;
    } else if (item.type === 'epoch') {
      position.epoch = item.record.epoch;
      say({ type: 'epoch', record: { ...item.record, seconds: (now - epochBegan) / 1000 } });
      epochBegan = now;
    } else if (item.type === 'event') {
      say({ type: 'event', record: { ...item.record, time: new Date().toISOString() } as EventRecord });
    } else {
      checkpoint();
      status(item.reason, item.reason === 'finished' ? 'all epochs are done' : 'the loss is no longer finite');
      return;
    }
    // Between an epoch's last step and its record nothing may change: the record tells of the epoch as it was.
    if (item.type === 'steps' && position.step % training.stepsPerEpoch === 0) continue;
    if (performance.now() - saved > 1000 * checkpointEvery) checkpoint(true);
    if (await obey()) {
      checkpoint();
      status('stopped', 'stopped by a command');
      return;
    }
    itemBegan = performance.now();
  }
}
