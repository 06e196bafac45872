import { z } from 'zod';
import { UserError } from '../failure.js';

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const JSON_BOOLEANS = new Map([
  ['true', true],
  ['false', false],
]);
/** Longer values are cut in messages. */
const SHOWN_LENGTH = 60;

/** A schema of a path or a host: any text but the empty one. */
export const pathText = z.string().min(1).max(4096);

/** The parts of a JSON schema that describe what an option may be. */
interface Range {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: Range;
  readonly minItems?: number;
  readonly maxItems?: number;
}

const rangeOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' }) as Range;

/** What a schema of a number, choice or text, or of a list of them, allows, in words: `an integer from 1 to 256`. */
export const describeRange = (schema: z.ZodType): string => inWords(rangeOf(schema));

function inWords(range: Range): string {
  if (range.items !== undefined) {
    return `a list of ${range.minItems ?? 0} to ${range.maxItems ?? 'any number'}, each ${inWords(range.items)}`;
  }
  if (range.enum !== undefined) {
    return range.enum.length === 1 ? `${range.enum[0]}` : `one of ${range.enum.join(', ')}`;
  }
  if (range.type === 'boolean') return 'true or false';
  if (range.type === 'string') {
    return `a text of ${range.minLength ?? 0} to ${range.maxLength ?? 'any number of'} characters`;
  }
  const kind = range.type === 'integer' ? 'an integer' : 'a number';
  const lower = range.exclusiveMinimum ?? range.minimum;
  const upper = range.exclusiveMaximum ?? range.maximum;
  const excluded = [range.exclusiveMinimum, range.exclusiveMaximum].filter((bound) => bound !== undefined);
  const exclusion = excluded.length === 0 ? '' : ` (${excluded.join(' and ')} excluded)`;
  return `${kind} from ${formatBound(lower)} to ${formatBound(upper)}${exclusion}`;
}

/**
 * Checks a value.
 *
 * @param subject what the message names: a flag, or a key and its file
 * @returns the value as the schema returns it
 * @throws UserError with subject, allowed range and value, where the schema does not allow it
 */
export function parseValue<Schema extends z.ZodType>(
  subject: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  return parseFormatted(subject, schema, value, formatValue(value));
}

/**
 * Checks a word of the command line. It is read as a number where the schema wants one, and as a list with commas where it wants a list.
 *
 * @param subject what the message names: a flag
 * @returns the value as the schema returns it
 * @throws UserError with subject, allowed range and word, where the schema does not allow it
 */
export function parseWord<Schema extends z.ZodType>(subject: string, schema: Schema, word: string): z.output<Schema> {
  const { type } = rangeOf(schema);
  if (type === 'array') return parseFormatted(subject, schema, word.split(','), formatValue(word));
  if (type === 'boolean') return parseFormatted(subject, schema, JSON_BOOLEANS.get(word), formatValue(word));
  const isNumber = (type === 'number' || type === 'integer') && DECIMAL.test(word);
  return parseFormatted(subject, schema, isNumber ? Number(word) : word, isNumber ? cut(word) : formatValue(word));
}

function parseFormatted<Schema extends z.ZodType>(
  subject: string,
  schema: Schema,
  value: unknown,
  formatted: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(`${subject} must be ${describeRange(schema)}, not ${formatted}`);
}

/** A value as a message shows it: short, on one line. */
export function formatValue(value: unknown): string {
  // JSON has neither infinities nor undefined.
  if (typeof value === 'number' || value === undefined) return String(value);
  try {
    return cut(JSON.stringify(value));
  } catch {
    // What JSON.parse can read may be nested too deeply to be written.
    return 'what is nested too deeply to be shown';
  }
}

function cut(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}... (${text.length} characters)`;
}

/** Large round bounds are written with an exponent: `1e12`. */
function formatBound(value = NaN): string {
  const short = value.toExponential().replace('e+', 'e');
  return value >= 1e7 && short.length < 6 ? short : String(value);
}
