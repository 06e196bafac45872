import { epochRecord, type EpochRecord } from '@fdr/records';
import { z } from 'zod';

/** What is kept of a finished run's last epoch, so that its folder need not be opened again: the numbers of the whole network. */
export const finishedEpoch = epochRecord.omit({
  layers: true,
  observables: true,
  average: true,
  drift: true,
  seconds: true,
});
/** See {@link finishedEpoch}. */
export type FinishedEpoch = z.infer<typeof finishedEpoch>;

/** The names of its numbers, in order. */
export const FINISHED_COLUMNS = Object.keys(finishedEpoch.shape) as readonly (keyof FinishedEpoch)[];

/** The part of an epoch that is kept. */
export const toFinishedEpoch = (epoch: EpochRecord): FinishedEpoch =>
  z.decode(finishedEpoch, z.encode(finishedEpoch, epoch));
