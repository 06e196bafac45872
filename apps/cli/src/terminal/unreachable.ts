import type { RunningServer } from '@fdr/server';
import { warn } from './output.js';

/** Says so where nobody on this machine can open the page of a server. A training goes on all the same. */
export function warnIfUnreachable({ unreachable }: Pick<RunningServer, 'unreachable'>): void {
  if (unreachable !== undefined)
    warn(`this machine can't connect to that address (${unreachable}): its loopback interface may be down`);
}
