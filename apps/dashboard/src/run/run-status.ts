import type { RunStatus } from '@fdr/records';

/** The tone of colour in which a status is shown. */
export const STATUS_TONES: Readonly<Record<RunStatus, 'busy' | 'calm' | 'good' | 'bad'>> = {
  running: 'busy',
  paused: 'calm',
  finished: 'good',
  stopped: 'calm',
  failed: 'bad',
  diverged: 'bad',
};

/** A status in the words of the verdict. The folder of a trainer that was killed says `failed`. */
export const statusText = (status: RunStatus): string => (status === 'failed' ? 'interrupted' : status);
