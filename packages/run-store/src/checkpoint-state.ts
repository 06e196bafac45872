import { RunFolderError } from './run-folder-error.js';

/** JSON can't spell every number; an object with this one key stands for those. */
const NUMBER_KEY = '$number';
const NOT_IN_JSON: ReadonlySet<unknown> = new Set(['-0', 'NaN', 'Infinity', '-Infinity']);

/** A state as JSON that keeps numbers of any kind, NaN, infinities and -0 included. */
export function serializeState(state: unknown): string {
  return JSON.stringify(state, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? { [NUMBER_KEY]: Object.is(value, -0) ? '-0' : String(value) }
      : value,
  );
}

/** The inverse of {@link serializeState}. @throws {RunFolderError} if the text can't be read as JSON */
export function parseState(text: string): unknown {
  return parseJson('state', text, (_, value) =>
    typeof value === 'object' && value !== null && NUMBER_KEY in value && NOT_IN_JSON.has(value[NUMBER_KEY])
      ? Number(value[NUMBER_KEY])
      : value,
  );
}

/** @throws {RunFolderError} if it is no JSON, or nested too deeply for the reviver */
export function parseJson(name: string, text: string, reviver?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    throw new RunFolderError(`its ${name} can't be read as JSON`, { cause: error });
  }
}
