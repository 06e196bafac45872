import { registerDoctor } from './commands/doctor.js';
import { registerExport } from './commands/export.js';
import { registerReplay } from './commands/replay.js';
import { registerReproduce } from './commands/reproduce.js';
import { registerResume } from './commands/resume.js';
import { registerRunJob } from './commands/run-job.js';
import { registerRuns } from './commands/runs.js';
import { registerServe } from './commands/serve.js';
import { registerSweep } from './commands/sweep.js';
import { registerTrain } from './commands/train.js';
import { addCompletion } from './completion.js';
import { describeFailure } from './failure.js';
import { createProgram, runProgram } from './program.js';

// A reader that closes our output (`| head -1`) must not end the command.
process.stdout.on('error', () => undefined);

const program = createProgram();
registerTrain(program);
registerResume(program);
registerServe(program);
registerRuns(program);
registerExport(program);
registerReplay(program);
registerReproduce(program);
registerSweep(program);
registerDoctor(program);
registerRunJob(program);
addCompletion(program);

try {
  await runProgram(program, process.argv.slice(2));
} catch (error) {
  const { exitCode, text } = describeFailure(error);
  // A server or a thread that is still open must not keep a failed command alive.
  process.stderr.write(text, () => process.exit(exitCode));
}
