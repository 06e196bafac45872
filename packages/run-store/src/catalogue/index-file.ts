import { join } from 'node:path';
import { runRow, type RunRow } from '@fdr/records';
import { z } from 'zod';
import { writeFileAtomically } from '../atomic-write.js';
import { openRunFile, readAt } from '../paths.js';

/** Among the run folders. Everything in it is in the folders too: it may be deleted at any time. */
const INDEX_FILE = '.index.jsonl';
const MAX_INDEX_FILE = 256 * 2 ** 20;
/** Grows when a line means something else. */
const INDEX_VERSION = 1;

/** What is known of a run's folder as it was when it had the stamp. */
export interface IndexEntry {
  readonly stamp: string;
  readonly row: RunRow;
}

const line = z.object({ version: z.literal(INDEX_VERSION), stamp: z.string(), row: runRow });

/** What an earlier process has read of the folders, by id; nothing where it can't be read. */
export async function readIndex(runsDirectory: string): Promise<Map<string, IndexEntry>> {
  const text = await readText(runsDirectory).catch(() => '');
  const entries = new Map<string, IndexEntry>();
  for (const written of text.split('\n')) {
    const entry = parseLine(written);
    if (entry !== undefined) entries.set(entry.row.id, entry);
  }
  return entries;
}

async function readText(runsDirectory: string): Promise<string> {
  const file = await openRunFile(runsDirectory, INDEX_FILE);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    return size > MAX_INDEX_FILE ? '' : (await readAt(file, 0, size)).toString('utf8');
  } finally {
    await file.close();
  }
}

function parseLine(text: string): IndexEntry | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Keeps what was read for the next process; where the folder can't be written, that one reads the folders again. */
export async function writeIndex(runsDirectory: string, entries: Iterable<IndexEntry>): Promise<void> {
  const lines = Array.from(
    entries,
    ({ stamp, row }) => `${JSON.stringify(z.encode(line, { version: INDEX_VERSION, stamp, row }))}\n`,
  );
  await writeFileAtomically(join(runsDirectory, INDEX_FILE), [Buffer.from(lines.join(''))]).catch(() => undefined);
}
