/** mu and nu of the update (10), (11), for which the relations are derived. */
export interface Dynamics {
  /** mu, in [0, 1). */
  readonly momentum: number;
  /** nu, in [0, 1). */
  readonly dampening: number;
}
