import { expect, it } from 'vitest';
import { reasonText } from '../../src/terminal/change-reason.js';

const equilibrium = { rule: 'equilibrium', ratio: 1.0041, threshold: 0.01, stepsUsed: 3900 } as const;

it.each([
  [equilibrium, 'ratio 1.004 is within 0.01 of 1 over 3900 steps'],
  [{ ...equilibrium, layer: 'dense1.bias' }, 'slowest ratio (dense1.bias) 1.004 is within 0.01 of 1 over 3900 steps'],
  [{ rule: 'step', everyEpochs: 100 } as const, '100 epochs have passed'],
  [{ rule: 'cosine', epochs: 3, ofEpochs: 50 } as const, '3 of 50 epochs have passed'],
  [{ rule: 'plateau', best: 0.25, epochs: 11 } as const, 'loss has not fallen below 0.2500 for 11 epochs'],
  [{ rule: 'command', commandId: 'c1' } as const, 'asked for (c1)'],
])('says why a learning rate changed (%#)', (reason, text) => {
  expect(reasonText(reason)).toBe(text);
});
