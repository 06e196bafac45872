import type { Command as RunCommand, RunStatus } from '@fdr/records';
import { dashboardDirectory } from '../dashboard-files.js';
import { EXIT } from '../failure.js';
import type { AttendanceOptions } from '../options/training-options.js';
import { isLoopback } from '@fdr/server';
import { startServer, type RunningServer } from '@fdr/server';
import { createFetchLine } from '../terminal/download-progress.js';
import { interruption } from '../terminal/wait-for-signal.js';
import { createOutput, type Output } from '../terminal/output.js';
import type { Session, SessionOptions } from '@fdr/training';
import { showJson, showProgress, type Show } from '../terminal/training-reporter.js';

const EXIT_CODES: Readonly<Partial<Record<RunStatus, number>>> = { finished: EXIT.fine, stopped: EXIT.fine };
/** Signals that end a training in good order, and the exit code each asks for. */
const ENDING_SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;

/** What a session is begun with. */
export type Listener = Pick<SessionOptions, 'listen' | 'warn'>;

/**
 * Begins a training, shows it in the terminal and on the page, and obeys signals, until it has ended; on a terminal the page goes on
 * then, until Ctrl-C.
 *
 * @returns the process' exit code
 */
export async function attend(
  options: AttendanceOptions,
  begin: (listener: Listener) => Promise<Session>,
): Promise<number> {
  const output = createOutput(process.stdout, process.env);
  const warn = (message: string): void => void process.stderr.write(`fdr: ${message}\n`);
  let session: Session | undefined;
  let show: Show | undefined;
  const server = options.dashboard ? await serve(options, () => session) : undefined;
  try {
    const fetching = createFetchLine(createOutput(process.stderr, process.env));
    session = await begin({
      warn,
      listen: (report) => (report.type === 'fetching' ? fetching.show(report.progress) : show?.report(report)),
    }).finally(() => fetching.end());
    show = (options.json ? showJson : showProgress)(session.run, output);
    if (!options.json) announce(output, session, server);
    if (!isLoopback(options.host))
      warn(`on ${options.host}, whoever has this address with its token can steer this run`);
    const ending = endOnSignals(session);
    const { status, whole } = await session.ended.finally(() => {
      show?.end();
      ending.forget();
    });
    if (ending.exitCode() !== undefined) return ending.exitCode() ?? EXIT.interrupted;
    if (server && process.stdout.isTTY && !options.json) {
      output.write(`the dashboard goes on at ${server.url}; end it with Ctrl-C\n`);
      await interruption();
    }
    return whole ? (EXIT_CODES[status] ?? EXIT.failure) : EXIT.failure;
  } finally {
    await server?.close();
  }
}

function serve(options: AttendanceOptions, session: () => Session | undefined): Promise<RunningServer> {
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
  output.write(
    `run ${run.id}, ${backend}${backend === 'onnx' ? ` on ${threads} thread${threads > 1 ? 's' : ''}` : ''}, recorded in ${folder}\n`,
  );
  if (!server) return;
  const url = new URL(`/runs/${run.id}`, server.url);
  url.hash = new URL(server.url).hash;
  output.write(`dashboard: ${url.href}\n`);
}

/**
 * A first signal: the steps under way are finished and everything is saved. A second one: the process ends at once, as if nobody had
 * listened; an exit in order would wait for the training thread, whose native code can't be stopped without a crash.
 */
function endOnSignals(session: Session): { exitCode(): number | undefined; forget(): void } {
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
