import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../relations/schedules/schedule.js';
import { OptionError } from '../validate.js';

/** @throws OptionError where the optimizer lacks what the schedule needs. */
export function requireNeeds({ settings, needs }: Schedule, optimizer: Optimizer): void {
  if (needs === 'dynamics' && !optimizer.dynamics)
    throw new OptionError(
      'schedule',
      `another one with ${optimizer.settings.kind}, whose O_R is not defined`,
      settings.kind,
    );
}

/** Warns of parameters that nothing holds together. @param weightDecay lambda */
export const growthWarnings = (optimizer: Optimizer, weightDecay: number): string[] =>
  optimizer.dynamics && weightDecay === 0
    ? ['without weight decay the parameters need not stop growing, and the two sides of FDR1 may never meet']
    : [];
