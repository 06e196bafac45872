import type { Job } from './job.js';
import type { JobResults } from './job-result.js';

/** The pause between two previews, in units of the time that the last one took. */
const PAUSE = 20;

/** Draws the figures of an experiment while it is running. */
export interface Previews {
  /** To be called after each completed job, with all results so far. */
  readonly onCompleted: (job: Job, results: JobResults) => void;
  /** Resolves once nothing is being drawn. */
  readonly settled: () => Promise<void>;
}

/** What {@link createPreviews} draws, and how. */
export interface PreviewOptions<Figure> {
  readonly figures: readonly Figure[];
  /** Draws one figure of the results so far. */
  readonly draw: (figure: Figure, results: JobResults) => Promise<unknown>;
  /** Monotonic milliseconds; the process's clock if it is left out. */
  readonly now?: (() => number) | undefined;
}

/**
 * Draws figures again whenever one of their jobs is completed. Drawing takes at most a twentieth of the time, so that not every completed
 * job leads to a preview. The caller draws the final figures.
 */
export function createPreviews<Figure extends { readonly jobs: readonly Job[] }>({
  figures,
  draw,
  now = () => performance.now(),
}: PreviewOptions<Figure>): Previews {
  const stale = new Set<Figure>();
  let drawing: Promise<void> | undefined;
  let nextStart = -Infinity;

  async function drawStale(results: JobResults): Promise<void> {
    const start = now();
    try {
      for (const figure of stale) {
        stale.delete(figure);
        await draw(figure, results);
      }
    } catch {
      // The caller's final drawing reports it.
    } finally {
      nextStart = now() + PAUSE * (now() - start);
    }
  }

  return {
    onCompleted: (job, results) => {
      for (const figure of figures) if (figure.jobs.some(({ key }) => key === job.key)) stale.add(figure);
      if (drawing || now() < nextStart) return;
      drawing = drawStale(new Map(results)).finally(() => {
        drawing = undefined;
      });
    },
    settled: async () => drawing,
  };
}
