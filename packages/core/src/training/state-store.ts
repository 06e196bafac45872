import type { TrainingItem } from './training.js';
import type { TrainingState, Transition } from './training-state.js';

/** The current state of a training, and the only way to change it. */
interface StateStore {
  current(): TrainingState;
  /** Changes the state: at once, or at the end of the transition that is being computed, which runs as it began. */
  update(change: (before: TrainingState) => TrainingState): void;
  /** Computes a transition and takes its state over. @returns its item. */
  advance(transition: (before: TrainingState) => Promise<Transition>): Promise<TrainingItem>;
}

/** Holds a training's state, beginning with `first`. */
export function stateStore(first: TrainingState): StateStore {
  let state = first;
  let computing = false;
  let postponed: ((before: TrainingState) => TrainingState)[] = [];
  return {
    current: () => state,
    update: (change) => {
      if (computing) postponed.push(change);
      else state = change(state);
    },
    advance: async (transition) => {
      // A command may come as soon as the transition begins, before its first `await`.
      computing = true;
      try {
        const next = await transition(state);
        state = postponed.reduce((before, change) => change(before), next.state);
        return next.item;
      } finally {
        computing = false;
        postponed = [];
      }
    },
  };
}
