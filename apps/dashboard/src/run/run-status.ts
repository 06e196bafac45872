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

/** Whether a run of this status does not grow any more. */
export function hasEnded(status: RunStatus): boolean {
  return status !== 'running' && status !== 'paused';
}
