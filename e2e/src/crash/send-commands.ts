import { acknowledgement, type Command, type ScheduleConfig } from '@fdr/records';
import { io } from 'socket.io-client';
import type { FdrProcess } from '../fdr-process.js';

const STEP_SCHEDULE: ScheduleConfig = { kind: 'step', everyEpochs: 2, divisor: 2, minimumLearningRate: 0 };

/** What is commanded, in this order, each once the one before is answered. */
function commands(runId: string): Command[] {
  return [
    { type: 'setLearningRate', runId, commandId: 'rate', learningRate: 0.05 },
    { type: 'pause', runId, commandId: 'pause' },
    { type: 'setSchedule', runId, commandId: 'schedule', schedule: STEP_SCHEDULE },
    { type: 'checkpoint', runId, commandId: 'checkpoint' },
    { type: 'resume', runId, commandId: 'resume' },
  ];
}

/** Ids of the commands that change the course of a training: a crash may not undo them. */
export const COURSE_CHANGING: readonly string[] = ['rate', 'schedule'];

/**
 * Steers a training that was started with `--json` as its page does.
 *
 * @returns the ids of the commands that it acknowledged before it ended
 */
export async function sendCommands(training: FdrProcess): Promise<string[]> {
  const acknowledged: string[] = [];
  const url = await training.waitForOutput(/"url":"([^"]+\/runs\/([^"#]+)[^"]*)"/).catch(() => undefined);
  if (url === undefined) return acknowledged;
  const [, address = '', runId = ''] = url;
  const socket = io(new URL(address).origin, { forceNew: true, reconnection: false, transports: ['websocket'] });
  const ended = training.exited.then(() => undefined);
  try {
    for (const command of commands(runId)) {
      // A connection that is lost rejects: the program has ended.
      const answered = socket.emitWithAck('command', command).catch(() => undefined);
      const answer: unknown = await Promise.race([answered, ended]);
      if (acknowledgement.safeParse(answer).data?.ok === true) acknowledged.push(command.commandId);
    }
  } finally {
    socket.disconnect();
  }
  return acknowledged;
}
