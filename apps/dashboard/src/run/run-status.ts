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
