import {
  decodeStepBuckets,
  epochList,
  eventList,
  figureList,
  figureRecord,
  runGroupPage,
  runPage,
  runSummary,
  sweepOutline,
  sweepProgress,
  type EpochList,
  type EventList,
  type FigureList,
  type FigureRecord,
  type RunGroupPage,
  type RunLabels,
  type RunPage,
  type RunSummary,
  type StepBuckets,
  type SweepOutline,
  type SweepProgress,
} from '@fdr/records';

import { errorMessage } from './error-message.js';

/** The server answered, but not with what was requested. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** HTTP status; 200 where the response is not valid. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The server's HTTP interface. Every response is validated. Every call rejects with a RequestError where the server refuses or its response is
 * not valid, and with a TypeError where the server does not answer.
 */
export interface Api {
  /** Origin of the server; `''` stands for the page's own. */
  readonly origin: string;
  /** Runs `from .. from + limit - 1` of those that the filter lets through, in the order of the sort. */
  runs(query: RunListQuery): Promise<RunPage>;
  /** The same as groups over seeds, in the order of their newest run. */
  runGroups(query: RunListQuery): Promise<RunGroupPage>;
  /** Says something of a run; what is not named stays as it is. */
  labelRun(runId: string, labels: RunLabels): Promise<void>;
  /** Moves a run to the trash. */
  removeRun(runId: string): Promise<void>;
  /** Brings a run back from the trash. */
  restoreRun(runId: string): Promise<void>;
  run(runId: string): Promise<RunSummary>;
  epochs(runId: string, from: number): Promise<EpochList>;
  events(runId: string, from: number): Promise<EventList>;
  /** Steps `from .. to - 1` in at most `buckets` buckets; without `to`, up to the last step. */
  steps(runId: string, from: number, buckets: number, to?: number): Promise<StepBuckets>;
  /** The sweep that the runs belong to. It rejects with the status 404 where they belong to none. */
  sweep(): Promise<SweepOutline>;
  sweepProgress(): Promise<SweepProgress>;
  /** Those figures of the paper that have been drawn. */
  figures(): Promise<FigureList>;
  figure(figureId: string): Promise<FigureRecord>;
}

/** Which runs of a list. Empty texts stand for the server's defaults. */
interface RunListQuery {
  readonly filter: string;
  readonly sort: string;
  readonly from: number;
  readonly limit: number;
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

async function toRequestError(response: Response): Promise<RequestError> {
  const body: unknown = await response.json().catch(() => null);
  const message = body && typeof body === 'object' && 'error' in body ? String(body.error) : response.statusText;
  return new RequestError(response.status, message || `the server answered with status ${response.status}`);
}

function listPath(path: string, { from, limit, ...texts }: RunListQuery): string {
  const query = new URLSearchParams({ from: String(from), limit: String(limit) });
  for (const [name, text] of Object.entries(texts)) if (text !== '') query.set(name, text);
  return `${path}?${query.toString()}`;
}

const runPath = (runId: string): string => `runs/${encodeURIComponent(runId)}`;

/**
 * The HTTP interface of a server.
 * @param origin of the server; `''` stands for the page's own.
 */
export function createApi(origin = ''): Api {
  async function request(path: string): Promise<Response> {
    const response = await fetch(`${origin}/api/${path}`);
    if (!response.ok) throw await toRequestError(response);
    return response;
  }
  async function get<T>(path: string, schema: Schema<T>): Promise<T> {
    const parsed = schema.safeParse(await (await request(path)).json());
    if (parsed.success) return parsed.data;
    throw new RequestError(200, `the response to /api/${path} is not valid: ${parsed.error.message}`);
  }
  async function getSteps(path: string): Promise<StepBuckets> {
    const bytes = await (await request(path)).arrayBuffer();
    try {
      return decodeStepBuckets(bytes);
    } catch (error) {
      throw new RequestError(200, `the response to /api/${path} is not valid: ${errorMessage(error)}`);
    }
  }
  async function change(path: string, method: string, body?: RunLabels): Promise<void> {
    const content = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${origin}/api/${path}`, { method, ...content });
    if (!response.ok) throw await toRequestError(response);
  }
  return {
    origin,
    runs: (query) => get(listPath('runs', query), runPage),
    runGroups: (query) => get(listPath('run-groups', { ...query, sort: '' }), runGroupPage),
    labelRun: (runId, labels) => change(runPath(runId), 'PATCH', labels),
    removeRun: (runId) => change(runPath(runId), 'DELETE'),
    restoreRun: (runId) => change(`${runPath(runId)}/restore`, 'POST'),
    run: (runId) => get(runPath(runId), runSummary),
    epochs: (runId, from) => get(`${runPath(runId)}/epochs?from=${from}`, epochList),
    events: (runId, from) => get(`${runPath(runId)}/events?from=${from}`, eventList),
    sweep: () => get('sweep', sweepOutline),
    sweepProgress: () => get('sweep/progress', sweepProgress),
    figures: () => get('figures', figureList),
    figure: (figureId) => get(`figures/${encodeURIComponent(figureId)}`, figureRecord),
    steps: (runId, from, buckets, to) =>
      getSteps(`${runPath(runId)}/steps?from=${from}${to === undefined ? '' : `&to=${to}`}&buckets=${buckets}`),
  };
}
