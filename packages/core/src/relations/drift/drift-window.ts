import { freshLadder, distanceLadder, type DistanceLadder, type LadderState } from './distance-ladder.js';

/** Distances from a lagging centre over a window that has ended. */
export interface DriftWindow {
  /** How many windows have ended since the learning rate last changed, this one included. */
  readonly look: number;
  /** Steps of the window. */
  readonly steps: number;
  /** Means of `|theta - theta_c|^2` over up to 16 blocks of the window, by parameter tensor. */
  readonly distances: Readonly<Record<string, number[]>>;
}

/** What {@link driftWindows} has taken since the learning rate last changed. */
export interface DriftState {
  readonly looks: number;
  /** The newest window that has not been asked for; undefined where there is none. */
  readonly latest: DriftWindow | undefined;
  readonly ladders: readonly LadderState[];
}

/** The parameters' distances from lagging centres, since the learning rate last changed. */
export interface DriftWindows {
  /** Takes the parameters after a step. Calls between two samples do nothing. @param stepInEpoch steps done of the epoch, at least 1. */
  take(stepInEpoch: number, parameters: readonly Float32Array[]): void;
  /** The newest window that has ended since the last call. */
  ended(): DriftWindow | undefined;
  /** Begins anew. */
  restart(): void;
  state(): DriftState;
}

/** A parameter tensor, and how many numbers it holds. */
export interface SizedTensor {
  readonly name: string;
  readonly size: number;
}

/** Most samples an epoch. */
const SAMPLES_PER_EPOCH = 16;

const samplesPerEpoch = (stepsPerEpoch: number): number => Math.min(SAMPLES_PER_EPOCH, stepsPerEpoch);

/** The next step of the epoch after which a sample is taken; up to 16 an epoch, evenly, its last step among them. @param done steps done of it. */
export function nextSample(done: number, stepsPerEpoch: number): number {
  const samples = samplesPerEpoch(stepsPerEpoch);
  return Math.ceil(((Math.floor((done * samples) / stepsPerEpoch) + 1) * stepsPerEpoch) / samples);
}

/**
 * Windows (t/2, t] of `|theta - theta_c|^2`, theta_c the mean over (t/4, t/2], which end after 4, 6, 8, 12, 16, 24, ... epochs at one learning rate: two
 * ladders with first rungs of 1 and 1.5 epochs. Four copies of the parameters are kept.
 *
 * @param tensors in the order of the parameters.
 * @param saved a state to go on with.
 */
export function driftWindows(tensors: readonly SizedTensor[], stepsPerEpoch: number, saved?: DriftState): DriftWindows {
  const samples = samplesPerEpoch(stepsPerEpoch);
  const sizes = tensors.map(({ size }) => size);
  const fresh = (): DriftState => ({
    looks: 0,
    latest: undefined,
    ladders: [samples, Math.ceil(1.5 * samples)].map((first) => freshLadder(first, sizes)),
  });
  let { looks, latest, ladders } = begun(saved ?? fresh());

  function begun({ ladders: states, ...counts }: DriftState) {
    return { ...counts, ladders: states.map(distanceLadder) };
  }

  function climb(ladder: DistanceLadder, parameters: readonly Float32Array[]): void {
    const ended = ladder.take(parameters);
    if (!ended) return;
    looks++;
    latest = {
      look: looks,
      steps: Math.round((ended.samples * stepsPerEpoch) / samples),
      distances: Object.fromEntries(tensors.map(({ name }, tensor) => [name, ended.means[tensor] ?? []])),
    };
  }

  return {
    take: (stepInEpoch, parameters) => {
      if (nextSample(stepInEpoch - 1, stepsPerEpoch) !== stepInEpoch) return;
      for (const ladder of ladders) climb(ladder, parameters);
    },
    ended: () => {
      const window = latest;
      latest = undefined;
      return window;
    },
    restart: () => {
      ({ looks, latest, ladders } = begun(fresh()));
    },
    state: () => ({ looks, latest, ladders: ladders.map((ladder) => ladder.state()) }),
  };
}
