import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../relations/schedules/schedule.js';
import { OptionError } from '../validate.js';

/**
 * @param keepsDrift whether the windows of the parameters' drift have been kept since the training began
 * @throws OptionError where what the schedule needs is not there
 */
export function requireNeeds({ settings, needs }: Schedule, optimizer: Optimizer, keepsDrift: boolean): void {
  if (needs !== undefined && !optimizer.dynamics)
    throw new OptionError(
      'schedule',
      `another one with ${optimizer.settings.kind}, whose O_R is not defined`,
      settings.kind,
    );
  if (needs === 'drift' && !keepsDrift)
    throw new OptionError('schedule', 'another one where the drift has not been kept from the start', settings.kind);
}

/** Warns of parameters that nothing holds together. @param weightDecay lambda */
export const growthWarnings = (optimizer: Optimizer, weightDecay: number): string[] =>
  optimizer.dynamics && weightDecay === 0
    ? ['without weight decay the parameters need not stop growing, and the two sides of FDR1 may never meet']
    : [];
