import type { Command as RunCommand, RunStatus } from '@fdr/records';
import { isLoopback, startServer, type RunningServer } from '@fdr/server';
import type { Session, SessionListeners } from '@fdr/training';
import { dashboardDirectory } from '../dashboard-files.js';
import { EXIT } from '../failure.js';
import type { TrainingOptions } from '../options/training-options.js';
import { downloadProgress } from '../terminal/download-progress.js';
import { createOutput, type Output } from '../terminal/output.js';
import { jsonReporter, progressReporter, type Reporter } from '../terminal/training-reporter.js';
import { waitForSignal } from '../terminal/wait-for-signal.js';

const EXIT_CODES: Readonly<Partial<Record<RunStatus, number>>> = { finished: EXIT.fine, stopped: EXIT.fine };
/** Signals that end a training in good order, and the exit code each asks for. */
const ENDING_SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Starts a training, shows it in the terminal and on the page, and handles signals, until it has ended; on a terminal the page is served
 * on then, until Ctrl-C.
 *
 * @returns the process' exit code
 */
export async function runTrainingCommand(
  options: TrainingOptions,
  start: (listeners: SessionListeners) => Promise<Session>,
): Promise<number> {
  const output = createOutput(process.stdout, process.env);
  const warn = (message: string): void => void process.stderr.write(`fdr: ${message}\n`);
  let session: Session | undefined;
  let reporter: Reporter | undefined;
  const server = options.dashboard ? await serve(options, () => session) : undefined;
  try {
    const download = downloadProgress(createOutput(process.stderr, process.env));
    session = await start({
      warn,
      listen: (message) => {
        if (message.type === 'fetching') download.show(message.progress);
        else reporter?.report(message);
      },
    }).finally(() => download.end());
    reporter = options.json ? jsonReporter(session.run, output) : progressReporter(session.run, output);
    if (!options.json) announce(output, session, server);
    if (!isLoopback(options.host))
      warn(`on ${options.host}, whoever has this address with its token can steer this run`);
    const signals = stopOnSignals(session);
    const { status, complete } = await session.ended.finally(() => {
      reporter?.end();
      signals.forget();
    });
    const signalled = signals.exitCode();
    if (signalled !== undefined) return signalled;
    if (server && process.stdout.isTTY && !options.json) {
      output.write(`the dashboard is still served at ${server.url}; end it with Ctrl-C\n`);
      await waitForSignal();
    }
    return complete ? (EXIT_CODES[status] ?? EXIT.failure) : EXIT.failure;
  } finally {
    await server?.close();
  }
}

function serve(options: TrainingOptions, session: () => Session | undefined): Promise<RunningServer> {
  return startServer({
    runsDirectory: options.runsDirectory,
    pageDirectory: dashboardDirectory(),
    host: options.host,
    port: options.port,
    controls: (runId) => session()?.run.id === runId,
    onCommand: (command: RunCommand) =>
      session()?.command(command) ?? Promise.resolve({ ok: false, error: 'no run is training here' }),
  });
}

function announce(output: Output, { run, folder }: Session, server: RunningServer | undefined): void {
  const { backend, threads } = run.environment;
  const team = backend === 'onnx' ? ` on ${threads} thread${threads > 1 ? 's' : ''}` : '';
  output.write(`run ${run.id}, ${backend}${team}, recorded in ${folder}\n`);
  if (!server) return;
  const url = new URL(`/runs/${run.id}`, server.url);
  url.hash = new URL(server.url).hash;
  output.write(`dashboard: ${url.href}\n`);
}

/**
 * A first signal: the steps under way are finished and everything is saved. A second one: the process ends at once, as if nobody had
 * listened; an exit in order would wait for the training thread, whose native code can't be stopped without a crash.
 */
function stopOnSignals(session: Session): { exitCode(): number | undefined; forget(): void } {
  let exitCode: number | undefined;
  const forget = (): void => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
  const handlers = Object.entries(ENDING_SIGNALS).map(([signal, code]) => {
    const handler = (): void => {
      if (exitCode !== undefined) {
        forget();
        process.kill(process.pid, signal);
        return;
      }
      exitCode = code;
      void session.command({ type: 'stop', runId: session.run.id, commandId: signal });
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  return { exitCode: () => exitCode, forget };
}
