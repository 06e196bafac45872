import { accessSync, constants, statSync } from 'node:fs';
import { candidates, type BrowserHost } from './candidates.js';

/** Where to search, and how to tell a browser from other programs. */
export interface BrowserSearch extends BrowserHost {
  /** Where Playwright would have installed its own browser. */
  readonly playwrightBrowser: string;
  /** Tries to start the browser at a path. Resolves with why it does not start, or with undefined if it does. */
  readonly probe: (path: string) => Promise<string | undefined>;
}

/** A program that does not start as a browser. */
interface RejectedBrowser {
  readonly path: string;
  /** One line. */
  readonly reason: string;
}

/** What a search found: a browser that starts, or the programs that do not. */
export type SearchResult =
  | { readonly found: true; readonly path: string }
  | { readonly found: false; readonly rejected: readonly RejectedBrowser[] };

/** `CHROMIUM_PATH` names a browser that can't be used. Whoever set it meant that one, so no other is taken. */
export class ChosenBrowserError extends Error {
  override readonly name = 'ChosenBrowserError';
}

/**
 * Finds the first browser that starts: the one that `CHROMIUM_PATH` names, else Playwright's own, else one that is installed.
 *
 * @throws {ChosenBrowserError} if the browser that `CHROMIUM_PATH` names does not start
 */
export async function findBrowser(search: BrowserSearch): Promise<SearchResult> {
  const chosen = search.environment['CHROMIUM_PATH'];
  if (chosen) {
    const reason = isProgram(chosen) ? await search.probe(chosen) : 'no such program';
    if (reason === undefined) return { found: true, path: chosen };
    throw new ChosenBrowserError(`CHROMIUM_PATH must be the path of a Chromium or Chrome, not ${chosen}: ${reason}`);
  }
  const rejected: RejectedBrowser[] = [];
  for (const path of [search.playwrightBrowser, ...candidates(search)].filter(isProgram)) {
    const reason = await search.probe(path);
    if (reason === undefined) return { found: true, path };
    rejected.push({ path, reason });
  }
  return { found: false, rejected };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
