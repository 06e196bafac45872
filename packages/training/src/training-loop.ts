import { commandHandler, type CommandHandlerOptions } from './command-handler.js';
import { loopState, type LoopStateOptions } from './loop-state.js';

/** Iterates a training to its end, carries out commands between its segments, and saves its state now and then. */
export async function runTrainingLoop(options: LoopStateOptions & CommandHandlerOptions): Promise<void> {
  const { from } = options;
  const loop = loopState(options);
  const commands = commandHandler(options, loop);
  if (!from) loop.checkpoint('permanent');
  loop.status('running', from ? `training goes on from the checkpoint of step ${from.step}` : 'training begins');
  commands.replayDue();
  for await (const item of options.training) {
    loop.report(item);
    if (item.type === 'end') {
      const lastGood = loop.lastGoodStep();
      loop.checkpoint('permanent');
      loop.status(item.reason, item.reason === 'finished' ? item.message : divergenceText(item.message, lastGood));
      return;
    }
    // Nothing may change between an epoch's last step and its record: the record describes the epoch as it was.
    if (item.type === 'steps' && loop.atEpochEnd()) continue;
    commands.replayDue();
    if (item.type === 'epoch') loop.checkpointAfter(item.record);
    loop.checkpointIfDue();
    if ((await commands.drain()) === 'stop') {
      loop.checkpoint('permanent');
      loop.status('stopped', 'stopped by a command');
      return;
    }
  }
}

const divergenceText = (message: string, lastGood: number | undefined): string =>
  `${message}; ${lastGood === undefined ? 'no good checkpoint is left' : `the last good checkpoint is of step ${lastGood}`}`;
