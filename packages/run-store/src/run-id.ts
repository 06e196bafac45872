import { randomBytes } from 'node:crypto';

const SLUG_LENGTH = 48;

/** `A Run, näher` -> `a-run-naher`; empty if no letter or digit of the name can be in a folder's name. */
function slug(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH)
    .replace(/^-+|-+$/g, '');
}

/**
 * Makes the id of a new run: time (UTC), letters and digits of the name, and 32 random bits, as in
 * `20190506-143000-mnist-mlp-9f86d081`. Ids sort by time; the random part separates runs of the same second.
 *
 * @param name any text; may be empty
 */
export function makeRunId(name: string, createdAt: Date = new Date()): string {
  const time = createdAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return [time, slug(name), randomBytes(4).toString('hex')].filter((part) => part !== '').join('-');
}
