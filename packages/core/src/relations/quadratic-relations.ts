import { checkedDynamics, type Dynamics } from '../dynamics.js';
import { inRange } from '../validate.js';
import { sidesOf, type Sides } from './sides.js';

/** A relation, read in two ways. */
export interface Relation {
  /** Everything is read at one step. */
  readonly now: Sides;
  /** v and theta . v on the left, for (28) |v|^2 on the right, are read one step ahead. */
  readonly ahead: Sides;
}

/** The three relations quadratic in theta and v. */
export interface QuadraticRelations {
  /** (26): |v|^2 is constant. */
  readonly velocity: Relation;
  /** (27): theta . v - eta |v|^2 is constant. */
  readonly cross: Relation;
  /** (28): |theta|^2 is constant; with (27), FDR1. */
  readonly position: Relation;
}

/**
 * The traces of (26), (27), (28), from the pieces at one step or from averages of them:
 *
 *     (26)  |v|^2 = mu^2 |v|^2 + (1 - nu)^2 |g|^2 - 2 mu (1 - nu) v . g
 *     (27)  v . theta - eta |v|^2 = mu v . theta - (1 - nu) theta . g
 *     (28)  2 (1 - nu) theta . g - 2 mu v . theta = eta |v|^2
 *
 * One step ahead, (26) and (27) hold at every step up to rounding: they restate (10) and (11), and test an executor, not
 * equilibrium. Read at one step, their sums telescope: they are off by the change of |v|^2 and of theta . v - eta |v|^2, which the velocity's
 * short memory keeps small. Only (28) tests equilibrium: one step ahead it is off by `-D|theta|^2 / eta`, and holds when |theta|^2 has
 * stopped drifting.
 *
 * @param pieces by the observables' names (`velocitySquared`, ...), as an epoch's record contains them. Without momentum there is no v before
 * an update, and `now` is NaN.
 * @param tensor its name, to read `<name>/<tensor>` instead of the totals.
 * @returns left and right side of each relation, and their relative difference.
 * @throws OptionError if an option is out of its range.
 */
export function quadraticRelations(
  pieces: Readonly<Record<string, number>>,
  options: Dynamics & { readonly learningRate: number },
  tensor?: string,
): QuadraticRelations {
  const { momentum, dampening } = checkedDynamics(options);
  const undamped = 1 - dampening;
  // The step is given eta as float32.
  const learningRate = Math.fround(inRange('learningRate', options.learningRate, { above: 0 }));
  const piece = (name: string): number => pieces[tensor === undefined ? name : `${name}/${tensor}`] ?? NaN;
  const carried = (name: string): number => (momentum === 0 ? 0 : piece(name));
  const before = { square: piece('velocitySquared'), along: piece('velocityDotParameters') };
  const after = { square: piece('nextVelocitySquared'), along: piece('nextVelocityDotParameters') };
  const [along, pull] = [momentum * carried('velocityDotParameters'), undamped * piece('parametersDotGradient')];
  const relation = (read: (velocity: typeof before) => Sides): Relation => ({ now: read(before), ahead: read(after) });
  return {
    velocity: relation(({ square }) =>
      sidesOf(
        [square],
        [
          momentum ** 2 * carried('velocitySquared'),
          undamped ** 2 * piece('noiseTrace'),
          -2 * momentum * undamped * carried('velocityDotGradient'),
        ],
      ),
    ),
    cross: relation((velocity) => sidesOf([velocity.along, -learningRate * velocity.square], [along, -pull])),
    position: relation(({ square }) => sidesOf([2 * pull, -2 * along], [learningRate * square])),
  };
}
