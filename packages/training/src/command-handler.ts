import { OptionError } from '@fdr/core';
import type { Acknowledgement, AppliedCommand, Command } from '@fdr/records';
import type { CommandQueue } from './command-queue.js';
import type { CommandReplay } from './command-replay.js';
import { now, type LoopState, type LoopStateOptions } from './loop-state.js';
import { makeSchedule } from './registry/schedules.js';

/** What the commands of a training act on. */
export interface CommandHandlerOptions extends Pick<LoopStateOptions, 'training' | 'post'> {
  readonly commands: CommandQueue;
  readonly replay: CommandReplay;
}

/** Commands that change the course of a training: it has to be as if they had come, also after a crash. */
const COURSE_CHANGING: readonly Command['type'][] = ['setLearningRate', 'setSchedule'];

const replayText = (step: number): string =>
  `the training repeats what was commanded before it was interrupted; try again after step ${step}`;

/** Carries out the commands of a training loop. */
export function commandHandler(
  { training, commands, replay, post }: CommandHandlerOptions,
  { position, status, postEvent, checkpoint, restartClock }: LoopState,
) {
  let paused = false;

  /** Carries out all commands that have arrived, and, while paused, waits for more. */
  async function drain(): Promise<'stop' | 'continue'> {
    for (;;) {
      const message = paused ? await commands.next() : await commands.take();
      restartClock();
      if (!message) return 'continue';
      if (message.type === 'start') throw new Error('the training has begun already');
      if (message.type === 'note') {
        postEvent({ type: 'warning', ...position, time: now(), message: message.message });
        continue;
      }
      const { command } = message;
      const answer = applyCommand(command);
      post({ type: 'answer', commandId: command.commandId, answer });
      if (answer.ok && command.type === 'stop') return 'stop';
    }
  }

  function applyCommand(command: Command): Acknowledgement {
    const next = replay.nextStep();
    if (next !== undefined && COURSE_CHANGING.includes(command.type)) return { ok: false, error: replayText(next) };
    try {
      carryOut(command);
    } catch (error) {
      if (error instanceof OptionError) return { ok: false, error: error.message };
      throw error;
    }
    recordCommand({ ...position, time: now(), command }, false);
    return { ok: true };
  }

  function recordCommand(record: AppliedCommand, isReplayed: boolean): void {
    postEvent({ type: 'command', ...record });
    if (COURSE_CHANGING.includes(record.command.type)) post({ type: 'applied', record, isReplayed });
  }

  /** Carries out again what was carried out at this point before the training was interrupted. */
  function replayDue(): void {
    for (;;) {
      const due = replay.take(position.step, position.epoch);
      if (due === undefined) return;
      carryOut(due.command);
      recordCommand(due, true);
    }
  }

  function carryOut(command: Command): void {
    switch (command.type) {
      case 'setLearningRate':
        return training.setLearningRate(command.learningRate, command.commandId);
      case 'setSchedule':
        return training.setSchedule(makeSchedule(command.schedule), command.commandId);
      case 'checkpoint':
        return checkpoint('permanent');
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

  return { drain, replayDue };
}
