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

/** The server answered, but not with what was asked for. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** HTTP status; 200 where the answer could not be believed. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the server keeps, parsed before it is believed. Every call throws a RequestError, or a TypeError where there is no server. */
export interface Api {
  runs(): Promise<RunList>;
  run(runId: string): Promise<RunSummary>;
  epochs(runId: string, from: number): Promise<EpochList>;
  events(runId: string, from: number): Promise<EventList>;
  /** Steps `from .. to - 1`, all there are where `to` is missing, in at most `buckets` buckets. */
  steps(runId: string, from: number, buckets: number, to?: number): Promise<StepBuckets>;
  /** The paper's figures that have been drawn. */
  figures(): Promise<FigureList>;
  figure(figureId: string): Promise<FigureRecord>;
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

async function refusal(response: Response): Promise<RequestError> {
  const body: unknown = await response.json().catch(() => null);
  const said = body && typeof body === 'object' && 'error' in body ? String(body.error) : response.statusText;
  return new RequestError(response.status, said || `the server answered ${response.status}`);
}

/** @param origin of the server, `''` for the page's own. */
export function createApi(origin = ''): Api {
  async function get<T>(path: string, schema: Schema<T>): Promise<T> {
    const response = await fetch(`${origin}/api/${path}`, { headers: { accept: 'application/json' } });
    if (!response.ok) throw await refusal(response);
    const parsed = schema.safeParse(await response.json());
    if (!parsed.success)
      throw new RequestError(200, `the answer to /api/${path} makes no sense: ${parsed.error.message}`);
    return parsed.data;
  }
  const place = (runId: string): string => `runs/${encodeURIComponent(runId)}`;
  return {
    runs: () => get('runs', runList),
    run: (runId) => get(place(runId), runSummary),
    epochs: (runId, from) => get(`${place(runId)}/epochs?from=${from}`, epochList),
    events: (runId, from) => get(`${place(runId)}/events?from=${from}`, eventList),
    figures: () => get('figures', figureList),
    figure: (figureId) => get(`figures/${encodeURIComponent(figureId)}`, figureRecord),
    steps: (runId, from, buckets, to) =>
      get(`${place(runId)}/steps?from=${from}${to === undefined ? '' : `&to=${to}`}&buckets=${buckets}`, stepBuckets),
  };
}
