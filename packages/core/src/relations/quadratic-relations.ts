import { checkedDynamics, type Dynamics } from '../dynamics.js';
import { inRange } from '../validate.js';
import { sidesOf, type Sides } from './sides.js';

/**
 * `now`: everything read at one step. `ahead`: what the relation says of v and theta v on the left, for (28) of |v|^2 on the right, read one
 * step ahead.
 */
export interface Relation {
  readonly now: Sides;
  readonly ahead: Sides;
}

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
 * One step ahead (26) and (27) hold at every step whatsoever, to rounding: they restate (10) and (11), and test an executor, not
 * equilibrium. Read at one step their sums telescope: they are off by what |v|^2, and theta . v - eta |v|^2, have changed by, which the velocity's
 * short memory keeps small. Only (28) is a statement: one step ahead it is off by `-D|theta|^2 / eta`, and holds when |theta|^2 has
 * stopped drifting.
 *
 * @param pieces by the observables' names (`velocitySquared`, ...), as an epoch's record holds them. Without momentum no v stands before an
 * update: `now` is NaN.
 * @param tensor reads `<name>/<tensor>` instead of the totals.
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
