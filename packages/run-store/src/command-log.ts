import { appliedCommand, type AppliedCommand } from '@fdr/records';
import { COMMANDS_FILE } from './files.js';
import { createJsonlFile } from './jsonl-file.js';

/** The commands that have changed the course of a run, in their order; damaged lines are left out. */
export async function readCommands(folder: string): Promise<AppliedCommand[]> {
  const file = createJsonlFile({ folder, name: COMMANDS_FILE, schema: appliedCommand });
  await file.refresh();
  return file.records(0, file.count);
}
