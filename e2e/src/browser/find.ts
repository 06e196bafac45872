import { accessSync, constants, statSync } from 'node:fs';
import { candidates, type Machine } from './candidates.js';

export interface Search extends Machine {
  /** Where Playwright would have put its own browser. */
  readonly ownBrowser: string;
  /** Why the browser at a path does not start; undefined where it does. */
  readonly whyNotStarting: (path: string) => Promise<string | undefined>;
}

export interface Rejected {
  readonly path: string;
  readonly reason: string;
}

export type Finding =
  | { readonly found: true; readonly path: string }
  /** @property rejected what stands there but does not start */
  | { readonly found: false; readonly rejected: readonly Rejected[] };

/** `CHROMIUM_PATH` names a browser that can't be used: whoever set it meant that one, so no other is taken. */
export class ChosenBrowserError extends Error {
  override readonly name = 'ChosenBrowserError';
}

/**
 * The first browser that starts: the one that `CHROMIUM_PATH` names, else Playwright's own, else one that the machine has.
 *
 * @throws ChosenBrowserError
 */
export async function findBrowser(search: Search): Promise<Finding> {
  const chosen = search.environment['CHROMIUM_PATH'];
  if (chosen) {
    const reason = isProgram(chosen) ? await search.whyNotStarting(chosen) : 'no such program';
    if (reason === undefined) return { found: true, path: chosen };
    throw new ChosenBrowserError(`CHROMIUM_PATH must be the path of a Chromium or Chrome, not ${chosen}: ${reason}`);
  }
  const rejected: Rejected[] = [];
  for (const path of [search.ownBrowser, ...candidates(search)].filter(isProgram)) {
    const reason = await search.whyNotStarting(path);
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
