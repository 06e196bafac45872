import { checkRunId } from './paths.js';
import { RunFolderError } from './run-folder-error.js';
import { listRunFolders } from './run-folders.js';

/** The word for the newest run. */
const NEWEST = 'last';
/** Ids that a message names. */
const NAMED_IDS = 4;

/**
 * The id of a run that a person means: the whole of it, the beginning of one alone, or `last`. Ids begin with their time, so that
 * the last of them is the newest.
 *
 * @throws {RunFolderError} if this begins no run's id, or several
 */
export async function findRun(runsDirectory: string, text: string): Promise<string> {
  const ids = (await listRunFolders(runsDirectory)).sort();
  if (ids.includes(text)) return text;
  if (text === NEWEST) {
    const newest = ids.at(-1);
    if (newest === undefined) throw new RunFolderError(`no runs in ${runsDirectory}; make one with: fdr train`);
    return newest;
  }
  const found = ids.filter((id) => text !== '' && id.startsWith(text));
  const [first] = found;
  if (first === undefined) checkRunId(text);
  if (first === undefined) throw new RunFolderError(`there is no run ${JSON.stringify(text)} in ${runsDirectory}`);
  if (found.length === 1) return first;
  const named = found.slice(0, NAMED_IDS).join(', ');
  const more = found.length > NAMED_IDS ? ', ...' : '';
  throw new RunFolderError(`${JSON.stringify(text)} begins ${found.length} ids: ${named}${more}; write more of it`);
}
