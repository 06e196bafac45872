import type { ChoiceOption, NumberOption, OptionTable, OptionValues, Range } from '@fdr/records';

/** An option whose value is not allowed. The message names the option, what is allowed, and what was found. */
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

function described({ min, above, max, below, integer }: Range): string {
  const low = min !== undefined ? `[${min}` : above !== undefined ? `(${above}` : '(-Infinity';
  const high = max !== undefined ? `${max}]` : below !== undefined ? `${below})` : 'Infinity)';
  return `${integer ? 'an integer' : 'a number'} in ${low}, ${high}`;
}

/**
 * Checks that `value` is a finite number inside the range.
 *
 * @returns it.
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

/** Checks that `value` is one of `allowed`. @returns it. @throws OptionError otherwise. */
export function oneOf<Choice extends string>(option: string, value: unknown, allowed: readonly Choice[]): Choice {
  const choice = allowed.find((candidate) => candidate === value);
  if (choice === undefined) throw new OptionError(option, `one of ${allowed.join(', ')}`, value);
  return choice;
}

/**
 * The values of all options of a table: the given ones, and the defaults of the others. A `kind` is ignored, so that a recorded
 * configuration can be passed as it is.
 *
 * @throws OptionError naming the first option that is out of its range, or that the table does not have.
 * @example resolveOptions(SCHEDULE_OPTIONS.step, { divisor: 2 }) // { everyEpochs: 100, divisor: 2, minimumLearningRate: 0 }
 */
export function resolveOptions<Table extends OptionTable>(
  table: Table,
  given: Partial<OptionValues<Table>>,
): OptionValues<Table> {
  const values: Readonly<Record<string, unknown>> = given;
  const unknown = Object.keys(values).find((name) => name !== 'kind' && !Object.hasOwn(table, name));
  if (unknown !== undefined) throw new OptionError('the option', `one of ${Object.keys(table).join(', ')}`, unknown);
  const resolved = Object.entries(table).map(([name, option]) => [
    name,
    checkedOption(name, option, values[name] ?? option.default),
  ]);
  // TypeScript does not follow names through `Object.fromEntries`.
  return Object.fromEntries(resolved) as OptionValues<Table>;
}

const checkedOption = (name: string, option: NumberOption | ChoiceOption, value: unknown): number | string =>
  'choices' in option ? oneOf(name, value, option.choices) : inRange(name, value, option.range);
