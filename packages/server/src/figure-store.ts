import { readdir, realpath } from 'node:fs/promises';
import { figureId, figureRecord, type FigureList, type FigureSummary } from '@fdr/records';
import { openRunFile, readAt } from '@fdr/run-store';
import { errorCode, RunFolderError } from '@fdr/run-store';

/** A figure's file is some hundred kilobytes. */
const MAX_FILE = 64 * 2 ** 20;
const NAME = /^(.+)\.json$/;

/** Figures that `fdr reproduce` has drawn into a folder, which it may still be doing. Reads only. */
export interface Results {
  /** By their ids; none where there is no folder. */
  list(): Promise<FigureList>;
  /**
   * A figure's record, as JSON that has passed its schema.
   *
   * @throws {RunFolderError} naming the figure, never a path of this machine
   */
  figure(id: string): Promise<string>;
}

interface Known {
  readonly stamp: string;
  readonly summary: FigureSummary;
}

export function createResults(directory: string): Results {
  /** What is known of each file, so that a list reads only what is new. */
  const known = new Map<string, Known>();

  /** Undefined where there is no such folder. */
  async function folder(): Promise<string | undefined> {
    return realpath(directory).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
  }

  async function opened<Found>(
    root: string,
    id: string,
    use: (text: () => Promise<string>, stamp: string) => Promise<Found>,
  ): Promise<Found> {
    if (!figureId.safeParse(id).success)
      throw new RunFolderError(`${JSON.stringify(id.slice(0, 80))} is not a figure id`);
    const file = await openRunFile(root, `${id}.json`);
    if (file === undefined) throw new RunFolderError(`there is no figure ${id}`);
    try {
      const { size, mtimeMs, ino } = await file.stat();
      if (size > MAX_FILE) throw new RunFolderError(`figure ${id} has ${size} bytes, more than ${MAX_FILE}`);
      return await use(async () => (await readAt(file, 0, size)).toString('utf8'), `${ino} ${size} ${mtimeMs}`);
    } finally {
      await file.close();
    }
  }

  const summary = (root: string, id: string): Promise<FigureSummary> =>
    opened(root, id, async (text, stamp) => {
      const before = known.get(id);
      if (before?.stamp === stamp) return before.summary;
      const found = { stamp, summary: summaryOf(id, await text()) };
      known.set(id, found);
      return found.summary;
    });

  return {
    list: async () => {
      const root = await folder();
      if (root === undefined) return { figures: [], damaged: [] };
      const names = await readdir(root);
      const ids = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).filter((id) => figureId.safeParse(id).success);
      const figures: FigureSummary[] = [];
      const damaged: { id: string; error: string }[] = [];
      for (const id of ids.sort()) {
        try {
          figures.push(await summary(root, id));
        } catch (error) {
          if (!(error instanceof RunFolderError)) throw error;
          damaged.push({ id, error: error.message });
        }
      }
      return { figures, damaged };
    },
    figure: async (id) => {
      const root = await folder();
      if (root === undefined) throw new RunFolderError('there are no figures here');
      return opened(root, id, async (text) => {
        const whole = await text();
        summaryOf(id, whole);
        return whole;
      });
    },
  };
}

/** @throws RunFolderError saying what the file lacks */
function summaryOf(id: string, text: string): FigureSummary {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunFolderError(`${id}.json is no JSON`, { cause: error });
  }
  const parsed = figureRecord.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RunFolderError(`${id}.json is no figure: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { title, claims, jobs, drawnAt } = parsed.data;
  // The file's name is the id by which everybody asks, even where somebody has renamed it.
  return { id, title, claims, jobs, drawnAt };
}
