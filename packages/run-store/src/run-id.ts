import { randomBytes } from 'node:crypto';

const SLUG_LENGTH = 48;

/** `A Run, näher` -> `a-run-naher`; empty where nothing of the name can stand in a folder's name. */
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
 * A new run's id: time (UTC), the name's letters and digits, and 32 random bits, as in
 * `20190506-143000-mnist-mlp-9f86d081`. Ids sort by time; the random part tells apart runs of the same second.
 */
export function makeRunId(name: string, createdAt: Date = new Date()): string {
  const time = createdAt.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return [time, slug(name), randomBytes(4).toString('hex')].filter((part) => part !== '').join('-');
}
