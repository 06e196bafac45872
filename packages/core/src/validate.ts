/** A value that a person or a program chose and that can't work. The message names it, what is allowed and what was found. */
export class OptionError extends RangeError {
  override readonly name = 'OptionError';
  readonly option: string;
  readonly allowed: string;
  readonly found: unknown;

  constructor(option: string, allowed: string, found: unknown) {
    super(`${option} must be ${allowed}; found ${typeof found === 'string' ? JSON.stringify(found) : String(found)}`);
    this.option = option;
    this.allowed = allowed;
    this.found = found;
  }
}

/** Bounds of a number: `min` and `max` are allowed themselves, `above` and `below` are not. */
export interface Range {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly below?: number;
  readonly integer?: boolean;
}

function described({ min, above, max, below, integer }: Range): string {
  const low = min !== undefined ? `[${min}` : above !== undefined ? `(${above}` : '(-Infinity';
  const high = max !== undefined ? `${max}]` : below !== undefined ? `${below})` : 'Infinity)';
  return `${integer ? 'an integer' : 'a number'} in ${low}, ${high}`;
}

/**
 * Gives `value` back if it is a finite number inside the range.
 *
 * @throws OptionError otherwise; NaN, infinities and anything that is not a number included.
 */
export function inRange(option: string, value: unknown, range: Range): number {
  const { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity, integer = false } = range;
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= min &&
    value > above &&
    value <= max &&
    value < below &&
    (!integer || Number.isInteger(value));
  if (!fits) throw new OptionError(option, described(range), value);
  return value;
}

/** Gives `value` back if it is one of `allowed`. @throws OptionError otherwise. */
export function oneOf<Choice extends string>(option: string, value: unknown, allowed: readonly Choice[]): Choice {
  const choice = allowed.find((candidate) => candidate === value);
  if (choice === undefined) throw new OptionError(option, `one of ${allowed.join(', ')}`, value);
  return choice;
}
