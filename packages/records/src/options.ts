import { z } from 'zod';

/** Bounds of a number: `min` and `max` are allowed themselves, `above` and `below` are not. */
export interface Range {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly below?: number;
  readonly integer?: boolean;
}

/** What people read of an option: `<eta>` in `--learning-rate <eta>`, and its meaning. */
interface Described {
  readonly placeholder: string;
  readonly meaning: string;
}

/** An option that is a number: its range, and its value where none is given. */
export interface NumberOption extends Described {
  readonly range: Range;
  readonly default: number;
}

/** An option that is one of some words, and the one it is where none is given. */
export interface ChoiceOption<Choice extends string = string> extends Described {
  readonly choices: readonly Choice[];
  readonly default: Choice;
}

/** A row of an {@link OptionTable}: a number. */
export const numberOption = (placeholder: string, range: Range, value: number, meaning: string): NumberOption => ({
  placeholder,
  range,
  default: value,
  meaning,
});

/** A row of an {@link OptionTable}: one of some words, the first of them where none is given. */
export const choiceOption = <const Choice extends string>(
  placeholder: string,
  choices: readonly [Choice, ...Choice[]],
  meaning: string,
): ChoiceOption<Choice> => ({ placeholder, choices, default: choices[0], meaning });

/** The options of one kind of schedule or optimizer, by name. Range, default and meaning of each stand here and nowhere else. */
export type OptionTable = Readonly<Record<string, NumberOption | ChoiceOption>>;

/** The values that a table's options have, every one of them. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends { readonly choices: readonly (infer Choice)[] } ? Choice : number;
};

/** A schema of a finite number in a range. */
export function numberIn({ min, above, max, below, integer }: Range): z.ZodNumber {
  let schema: z.ZodNumber = integer ? z.int() : z.number();
  if (min !== undefined) schema = schema.min(min);
  if (above !== undefined) schema = schema.gt(above);
  if (max !== undefined) schema = schema.max(max);
  if (below !== undefined) schema = schema.lt(below);
  return schema;
}

/** A schema of one option. */
export const optionSchema = (option: NumberOption | ChoiceOption): z.ZodNumber | z.ZodEnum =>
  'choices' in option ? z.enum([...option.choices]) : numberIn(option.range);

/** Kind and options of one of several tables: `{ kind: 'step', everyEpochs: 100, ... } | { kind: 'constant' } | ...`. */
export type KindConfig<Tables extends Readonly<Record<string, OptionTable>>> = {
  [Kind in keyof Tables]: { readonly kind: Kind } & OptionValues<Tables[Kind]>;
}[keyof Tables];

/** A schema of {@link KindConfig}: a discriminated union, each member with every option of its table and nothing else. */
export function kindSchema<Tables extends Readonly<Record<string, OptionTable>>>(
  tables: Tables,
): z.ZodType<KindConfig<Tables>> {
  const members = Object.entries(tables).map(([kind, table]) => {
    const options = Object.entries(table).map(([name, option]) => [name, optionSchema(option)]);
    return z.strictObject({ kind: z.literal(kind), ...Object.fromEntries(options) });
  });
  // TypeScript does not follow the kinds through `Object.entries`.
  return z.discriminatedUnion('kind', members as [z.ZodObject, ...z.ZodObject[]]) as unknown as z.ZodType<
    KindConfig<Tables>
  >;
}

/**
 * What a schedule or an optimizer is made of, as it is recorded: its kind, and its options by name. Unlike a configuration, a record may tell of
 * a kind that is not built in.
 */
export const settings = z
  .object({ kind: z.string().min(1).max(100) })
  .catchall(z.union([z.number(), z.string().max(1000)]));
/** See `settings`. */
export type Settings = Readonly<z.infer<typeof settings>>;
