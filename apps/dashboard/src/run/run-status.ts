import type { RunStatus } from '@fdr/records';

/** How a status reads and looks. */
export const STATUS_TONES: Readonly<Record<RunStatus, 'busy' | 'calm' | 'good' | 'bad'>> = {
  running: 'busy',
  paused: 'calm',
  finished: 'good',
  stopped: 'calm',
  failed: 'bad',
  diverged: 'bad',
};

/** A run in this state grows no more. */
export function hasEnded(status: RunStatus): boolean {
  return status !== 'running' && status !== 'paused';
}
