import { constants } from 'node:os';
import { relaxationText } from '@fdr/core/relations';
import type { Command as RunCommand, RunStatus } from '@fdr/records';
import { isLoopback, startServer, type RunningServer } from '@fdr/server';
import type { Session, SessionListeners } from '@fdr/training';
import { dashboardDirectory } from '../dashboard-files.js';
import { EXIT } from '../failure.js';
import type { TrainingOptions } from '../options/training-options.js';
import { downloadProgress } from '../terminal/download-progress.js';
import { jsonLine } from '../terminal/json-line.js';
import { createOutput, warn, type Output } from '../terminal/output.js';
import { jsonReporter, progressReporter, type Reporter } from '../terminal/training-reporter.js';
import { printVerdict } from '../terminal/verdict-report.js';
import { warnIfUnreachable } from '../terminal/unreachable.js';
import { ENDING_SIGNALS, isMeant, waitForSignal } from '../terminal/wait-for-signal.js';

const EXIT_CODES: Readonly<Partial<Record<RunStatus, number>>> = { finished: EXIT.fine, stopped: EXIT.fine };

/**
 * Starts a training, shows it in the terminal and on the page, and handles signals, until it has ended. On a terminal the page is served
 * afterwards too, until Ctrl-C.
 *
 * @param start prepares and starts the training
 * @returns the process' exit code
 */
export async function runTrainingCommand(
  options: TrainingOptions,
  start: (listeners: SessionListeners) => Promise<Session>,
): Promise<number> {
  const output = createOutput(process.stdout, process.env);
  let training: Session | undefined;
  let reporter: Reporter | undefined;
  const server = options.dashboard ? await serve(options, () => training) : undefined;
  try {
    const download = downloadProgress(createOutput(process.stderr, process.env));
    const session = await start({
      warn,
      listen: (message) => {
        if (message.type === 'fetching') download.show(message.progress);
        else reporter?.report(message);
      },
    }).finally(() => download.end());
    training = session;
    // Before anything is printed: its reader may send a signal.
    const signals = stopOnSignals(session);
    reporter = options.json ? jsonReporter(session.run, output) : progressReporter(session.run, output);
    announce(output, session, server, options.json);
    if (server) warnIfUnreachable(server);
    if (server && !isLoopback(options.host))
      warn(`on ${options.host}, anyone with this address and its token can steer this run`);
    const { status, complete } = await session.ended.finally(() => {
      training = undefined;
      reporter?.end();
      signals.release();
    });
    if (!complete) return EXIT.failure;
    await printVerdict(output, options.runsDirectory, session.run.id, options.json);
    const signalled = signals.exitCode();
    if (signalled !== undefined) return signalled;
    if (server && process.stdout.isTTY && !options.json) {
      output.write(`the dashboard is still served at ${server.url}; end it with Ctrl-C\n`);
      await waitForSignal();
    }
    return EXIT_CODES[status] ?? EXIT.failure;
  } finally {
    await server?.close();
  }
}

/** @param session the training that is under way, if there is one */
function serve(
  { runsDirectory, host, port, token, requireToken, allowedHosts }: TrainingOptions,
  session: () => Session | undefined,
): Promise<RunningServer> {
  return startServer({
    runsDirectory,
    pageDirectory: dashboardDirectory(),
    host,
    port,
    token,
    requireToken,
    allowedHosts,
    controls: (runId) => session()?.run.id === runId,
    diskErrorOf: (runId) => (session()?.run.id === runId && session()?.diskError()) || null,
    onCommand: (command: RunCommand) =>
      session()?.command(command) ?? Promise.resolve({ ok: false, error: 'no run is training here' }),
  });
}

/** Prints what is training, where it is recorded, how long it needs to forget its start, and where its page is. The reporter for machines has printed the run itself. */
function announce(output: Output, { run, folder }: Session, server: RunningServer | undefined, json: boolean): void {
  const { backend, threads } = run.environment;
  const onThreads = backend === 'onnx' ? ` on ${threads} thread${threads > 1 ? 's' : ''}` : '';
  const relaxation = relaxationText(run);
  if (!json) output.write(`run ${run.id}, ${backend}${onThreads}, recorded in ${folder}\n`);
  if (!json && relaxation !== undefined) output.write(`${relaxation}\n`);
  if (!server) return;
  const url = new URL(`/runs/${run.id}`, server.url);
  url.hash = new URL(server.url).hash;
  output.write(json ? jsonLine({ type: 'dashboard', url: url.href }) : `dashboard: ${url.href}\n`);
}

/** Signals that were received, and the end of listening to them. */
interface StopSignals {
  /** 128 and the signal's number, as shells have it; undefined where none was received. */
  readonly exitCode: () => number | undefined;
  /** Gives the signals back to Node, which ends the process at the next one. */
  readonly release: () => void;
}

/**
 * A first signal stops the training: the steps under way are finished and everything is saved. A second one ends the process at once, by
 * Node's default: `process.exit` would wait for the training thread, whose native code can't be stopped without a crash.
 */
function stopOnSignals(session: Session): StopSignals {
  let exitCode: number | undefined;
  const release = (): void => {
    for (const signal of ENDING_SIGNALS) process.off(signal, handler);
  };
  const handler = (signal: NodeJS.Signals): void => {
    if (!isMeant(signal)) return;
    if (exitCode !== undefined) {
      release();
      process.kill(process.pid, signal);
      return;
    }
    exitCode = 128 + constants.signals[signal];
    session.stop(signal);
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, handler);
  return { exitCode: () => exitCode, release };
}
