import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The commit of the checkout that this program runs from; null where it is none, or there is no git. */
export async function commit(): Promise<string | null> {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  if (!existsSync(`${root}.git`)) return null;
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', root, 'rev-parse', 'HEAD'], { timeout: 2000 });
    return stdout.trim();
  } catch {
    return null;
  }
}
