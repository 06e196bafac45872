import {
  epochList,
  eventList,
  figureList,
  figureRecord,
  runList,
  runSummary,
  stepBuckets,
  type EpochList,
  type EventList,
  type FigureList,
  type FigureRecord,
  type RunList,
  type RunSummary,
  type StepBuckets,
} from '@fdr/records';

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
  runs(): Promise<RunList>;
  run(runId: string): Promise<RunSummary>;
  epochs(runId: string, from: number): Promise<EpochList>;
  events(runId: string, from: number): Promise<EventList>;
  /** Steps `from .. to - 1` in at most `buckets` buckets; without `to`, up to the last step. */
  steps(runId: string, from: number, buckets: number, to?: number): Promise<StepBuckets>;
  /** Those figures of the paper that have been drawn. */
  figures(): Promise<FigureList>;
  figure(figureId: string): Promise<FigureRecord>;
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

async function toRequestError(response: Response): Promise<RequestError> {
  const body: unknown = await response.json().catch(() => null);
  const message = body && typeof body === 'object' && 'error' in body ? String(body.error) : response.statusText;
  return new RequestError(response.status, message || `the server answered with status ${response.status}`);
}

const runPath = (runId: string): string => `runs/${encodeURIComponent(runId)}`;

/**
 * The HTTP interface of a server.
 * @param origin of the server; `''` stands for the page's own.
 */
export function createApi(origin = ''): Api {
  async function get<T>(path: string, schema: Schema<T>): Promise<T> {
    const response = await fetch(`${origin}/api/${path}`, { headers: { accept: 'application/json' } });
    if (!response.ok) throw await toRequestError(response);
    const parsed = schema.safeParse(await response.json());
    if (!parsed.success) {
      throw new RequestError(200, `the response to /api/${path} is not valid: ${parsed.error.message}`);
    }
    return parsed.data;
  }
  return {
    origin,
    runs: () => get('runs', runList),
    run: (runId) => get(runPath(runId), runSummary),
    epochs: (runId, from) => get(`${runPath(runId)}/epochs?from=${from}`, epochList),
    events: (runId, from) => get(`${runPath(runId)}/events?from=${from}`, eventList),
    figures: () => get('figures', figureList),
    figure: (figureId) => get(`figures/${encodeURIComponent(figureId)}`, figureRecord),
    steps: (runId, from, buckets, to) =>
      get(`${runPath(runId)}/steps?from=${from}${to === undefined ? '' : `&to=${to}`}&buckets=${buckets}`, stepBuckets),
  };
}
