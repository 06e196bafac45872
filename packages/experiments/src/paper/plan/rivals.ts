import type { Variant } from './variants.js';

/** Variants that figure 5 draws together. */
export interface RivalGroup {
  readonly title: string;
  readonly variants: readonly Variant[];
}

/** What figure 5 compares, by what lowers the learning rate. */
export const RIVAL_GROUPS: readonly RivalGroup[] = [
  {
    title: 'drops decided by what is measured',
    variants: ['adaptive', 'halving', 'stationary', 'cooldown', 'plateau'],
  },
  { title: 'drops decided beforehand', variants: ['constant', 'preset', 'cosine', 'linear', 'wsd'] },
  {
    title: 'no drops: averages and optimizers',
    variants: ['tail', 'polynomial', 'schedule-free', 'dog', 'prodigy', 'amsgrad'],
  },
];

/** Every variant of figure 5. */
export const RIVALS: readonly Variant[] = RIVAL_GROUPS.flatMap(({ variants }) => variants);
