import type { RunLabels } from '@fdr/records';
import { shallowRef, type ShallowRef } from 'vue';
import type { Api } from '../feed/api.js';
import { errorMessage } from '../feed/error-message.js';
import type { ListRow } from './list-row.js';

/** The last change of a run, in words, and what takes it back. */
interface RunChange {
  readonly text: string;
  readonly undo: (() => Promise<void>) | null;
}

/** What a person does to runs from the list. */
export interface RunChanges {
  readonly last: Readonly<ShallowRef<RunChange | null>>;
  readonly error: Readonly<ShallowRef<string>>;
  readonly label: (row: ListRow, labels: RunLabels) => Promise<void>;
  readonly archive: (row: ListRow) => Promise<void>;
  readonly remove: (row: ListRow) => Promise<void>;
  /** Takes the last change back. */
  readonly undo: () => Promise<void>;
}

/** Changes runs and keeps the last change, so that it can be taken back. */
export function useRunChanges(api: Api): RunChanges {
  const last = shallowRef<RunChange | null>(null);
  const error = shallowRef('');

  async function perform(work: () => Promise<void>, change: RunChange): Promise<void> {
    try {
      await work();
      last.value = change;
      error.value = '';
    } catch (failure) {
      error.value = errorMessage(failure);
    }
  }

  return {
    last,
    error,
    label: (row, labels) =>
      perform(() => api.labelRun(row.id, labels), {
        text: `${row.name} was changed.`,
        undo: () => api.labelRun(row.id, { name: row.name, tags: [...row.tags], note: row.note }),
      }),
    archive: (row) =>
      perform(() => api.labelRun(row.id, { archived: !row.archived }), {
        text: row.archived ? `${row.name} is listed again.` : `${row.name} was archived: archived:yes finds it.`,
        undo: () => api.labelRun(row.id, { archived: row.archived }),
      }),
    remove: (row) =>
      perform(() => api.removeRun(row.id), {
        text: `${row.name} is in the trash.`,
        undo: () => api.restoreRun(row.id),
      }),
    undo: async () => {
      const { undo } = last.value ?? {};
      if (undo) await perform(undo, { text: 'That was taken back.', undo: null });
    },
  };
}
