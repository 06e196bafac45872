import { readdir, realpath, stat } from 'node:fs/promises';
import { figureId, figureRecord, type FigureList, type FigureSummary } from '@fdr/records';
import { describeIssue, errorCode, openRunFile, readAt, RunFolderError } from '@fdr/run-store';

/** The folder of figures if none is given. */
export const DEFAULT_RESULTS_DIRECTORY = 'results';
/** A figure's file usually has some hundred kilobytes. */
const MAX_FILE_BYTES = 64 * 2 ** 20;
const FILE_NAME = /^(.+)\.json$/;

/** The figures of a folder, which another process may be writing. Reads only. */
export interface FigureStore {
  /**
   * All figures, sorted by id; none if there is no folder.
   *
   * @throws {RunFolderError} if there is something else in its place, without naming its path
   */
  list(): Promise<FigureList>;
  /**
   * A figure's record, as JSON that has passed its schema.
   *
   * @throws {RunFolderError} naming the figure, never a path of this machine
   */
  read(id: string): Promise<string>;
}

interface OpenFigure {
  /** Differs from version to version of the file. */
  readonly stamp: string;
  readText(): Promise<string>;
}

/** @param directory holds a file `ID.json` for each figure; it need not exist yet */
export function createFigureStore(directory: string): FigureStore {
  /** Summaries by figure id, so that a list parses only the files that have changed. */
  const summaries = new Map<string, { readonly stamp: string; readonly summary: FigureSummary }>();

  const readSummary = (root: string, id: string): Promise<FigureSummary> =>
    withFigure(root, id, async ({ stamp, readText }) => {
      const cached = summaries.get(id);
      if (cached?.stamp === stamp) return cached.summary;
      const summary = parseSummary(id, await readText());
      summaries.set(id, { stamp, summary });
      return summary;
    });

  return {
    list: async () => {
      const root = await realDirectory(directory);
      if (root === undefined) return { figures: [], damaged: [] };
      const figures: FigureSummary[] = [];
      const damaged: { id: string; error: string }[] = [];
      for (const id of await figureIds(root)) {
        try {
          figures.push(await readSummary(root, id));
        } catch (error) {
          if (!(error instanceof RunFolderError)) throw error;
          damaged.push({ id, error: error.message });
        }
      }
      return { figures, damaged };
    },
    read: async (id) => {
      const root = await realDirectory(directory);
      if (root === undefined) throw new RunFolderError('there are no figures here');
      return withFigure(root, id, async ({ readText }) => {
        const text = await readText();
        parseSummary(id, text);
        return text;
      });
    },
  };
}

/**
 * @returns the folder's real path, or undefined if there is no such folder
 * @throws {RunFolderError} if it is no folder
 */
async function realDirectory(directory: string): Promise<string | undefined> {
  try {
    const path = await realpath(directory);
    if ((await stat(path)).isDirectory()) return path;
    throw new RunFolderError('the folder of figures is not a folder');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function figureIds(root: string): Promise<string[]> {
  const names = await readdir(root);
  const ids = names.flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []);
  return ids.filter((id) => figureId.safeParse(id).success).sort();
}

/**
 * Opens a figure's file for the time of a call. The id passes an allow-list before it becomes part of a path.
 *
 * @throws {RunFolderError} if the id is none, or its file is missing, too large, or not a regular file
 */
async function withFigure<Result>(
  root: string,
  id: string,
  use: (figure: OpenFigure) => Promise<Result>,
): Promise<Result> {
  if (!figureId.safeParse(id).success)
    throw new RunFolderError(`${JSON.stringify(id.slice(0, 80))} is not a figure id`);
  const file = await openRunFile(root, `${id}.json`);
  if (file === undefined) throw new RunFolderError(`there is no figure ${id}`);
  try {
    const { size, mtimeMs, ino } = await file.stat();
    if (size > MAX_FILE_BYTES) throw new RunFolderError(`figure ${id} has ${size} bytes, more than ${MAX_FILE_BYTES}`);
    return await use({
      stamp: `${ino} ${size} ${mtimeMs}`,
      readText: async () => (await readAt(file, 0, size)).toString('utf8'),
    });
  } finally {
    await file.close();
  }
}

/** @throws {RunFolderError} saying what is wrong with the file */
function parseSummary(id: string, text: string): FigureSummary {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunFolderError(`${id}.json is not JSON`, { cause: error });
  }
  const parsed = figureRecord.safeParse(value);
  if (!parsed.success) throw new RunFolderError(`${id}.json is not a figure: ${describeIssue(parsed.error)}`);
  const { title, claims, jobs, drawnAt } = parsed.data;
  // The id is the file's name, even if somebody has renamed the file.
  return { id, title, claims, jobs, drawnAt };
}
