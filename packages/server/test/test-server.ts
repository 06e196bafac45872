import { connect } from 'node:net';
import { createRun, type RunWriter } from '@fdr/run-store';
import { onTestFinished } from 'vitest';
import { startServer, type RunningServer, type StartServerOptions } from '../src/server.js';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning, temporaryFolder } from '../../run-store/test/sample.js';

/** A server under test. */
export interface TestServer extends RunningServer {
  readonly runsDirectory: string;
  /** The errors that clients were not told. */
  readonly errors: readonly unknown[];
  /** Requests a path of this server. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts a server over a new runs directory, on any free port. It is closed when the test ends. */
export async function startTestServer(options: Partial<StartServerOptions> = {}): Promise<TestServer> {
  const runsDirectory = options.runsDirectory ?? (await temporaryFolder());
  const errors: unknown[] = [];
  const server = await startServer({
    port: 0,
    pollInterval: 5,
    onError: (error) => errors.push(error),
    ...options,
    runsDirectory,
  });
  onTestFinished(() => server.close());
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
  return { ...server, runsDirectory, errors, get };
}

/** Records a run of the given number of epochs, each of four steps and one event. */
export async function recordRun(runsDirectory: string, id: string, epochs: number): Promise<RunWriter> {
  const writer = await createRun(runsDirectory, sampleRun(id));
  onTestFinished(async () => {
    await writer.close();
  });
  appendEpochs(writer, 1, epochs);
  await writer.settled();
  return writer;
}

/** Appends epochs `first` to `last`, each with its four steps and its event. */
export function appendEpochs(writer: RunWriter, first: number, last: number): void {
  for (let epoch = first; epoch <= last; epoch++) {
    writer.appendSteps(sampleSteps(4 * epoch - 4, 4 * epoch));
    writer.appendEpoch(sampleEpoch(epoch));
    writer.appendEvent(sampleWarning(4 * epoch));
  }
}

/** Sends text over TCP exactly as given, and returns what is received until the server closes the connection. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.on('error', reject);
  });
}

const UPGRADE_HEADERS =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** A websocket request of socket.io, as text. */
export function upgradeRequest(headers: string): string {
  return `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${headers}${UPGRADE_HEADERS}\r\n`;
}

/** The status that a websocket request is answered with. */
export function upgradeStatus(port: number, headers: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(upgradeRequest(headers)));
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(statusOf(chunk.toString()));
    });
    socket.on('error', reject);
  });
}

/** The status of an HTTP response given as text. */
export function statusOf(response: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(response)?.[1]);
}

/** A GET request as text. */
export function getRequest(path: string, headers: string): string {
  return `GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;
}
