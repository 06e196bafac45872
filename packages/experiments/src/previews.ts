import type { Job } from './job.js';
import type { DoneJob } from './job-index.js';
import type { PlannedFigure } from './plan.js';

/** Time that is left between two previews, in units of what the last one took. */
const REST = 20;

type Done = ReadonlyMap<string, DoneJob>;

/** Figures of an experiment that is under way. */
export interface Previews {
  /** Told of each job that is done, and of all that are. */
  onDone(job: Job, done: Done): void;
  /** Resolves when nothing is being drawn any more. */
  settled(): Promise<void>;
}

/**
 * Draws figures again as their jobs are done, for whoever looks on. Drawing takes at most a twentieth of the time, so that not every job
 * leads to a sketch; the last word is the drawing at the end.
 *
 * @param draw draws one figure of what is done
 * @param now monotonic milliseconds
 */
export function createPreviews(
  figures: readonly PlannedFigure[],
  draw: (figure: PlannedFigure, done: Done) => Promise<unknown>,
  now: () => number = () => performance.now(),
): Previews {
  const stale = new Set<PlannedFigure>();
  let drawing: Promise<void> | undefined;
  let rested = -Infinity;

  async function sketch(done: Done): Promise<void> {
    const began = now();
    try {
      for (const figure of stale) {
        stale.delete(figure);
        await draw(figure, done);
      }
    } finally {
      rested = now() + REST * (now() - began);
    }
  }

  return {
    onDone: (job, done) => {
      for (const figure of figures)
        if ([...figure.runs, ...figure.estimates].some((one) => one.job.key === job.key)) stale.add(figure);
      if (drawing || now() < rested) return;
      // What fails here fails again at the end, where it is told.
      drawing = sketch(new Map(done))
        .catch(() => undefined)
        .finally(() => (drawing = undefined));
    },
    settled: async () => drawing,
  };
}
