/** What a snapshot of a small training says of it. */
export const IDENTITY = {
  objective: 'mlp',
  stepsPerEpoch: 4,
  optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
  weightDecay: 0.01,
  observables: [],
};

/** The progress of that training at an epoch's end. */
export const progressAt = (step: number) => ({
  step,
  epoch: step / IDENTITY.stepsPerEpoch,
  stepInEpoch: 0,
  learningRate: 0.1,
  schedule: { kind: 'constant' },
  scheduleState: {},
  random: [1, -2, 3, 4] as const,
  diverged: false,
  pendingEvents: [],
});
