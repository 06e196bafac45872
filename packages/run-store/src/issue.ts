import type { z } from 'zod';

/** Longer texts are cut. */
const SHOWN_LENGTH = 60;

/**
 * @param root the value that was checked, where the message is to say what was found
 * @returns the first thing that a schema found wrong: `path: message`, or the message alone where the whole value is wrong
 */
export function describeIssue({ issues: [issue] }: z.ZodError, root?: unknown): string {
  if (issue === undefined) return '';
  const path = issue.path.join('.');
  const message = root === undefined ? issue.message : `${issue.message}; found ${shown(valueAt(root, issue.path))}`;
  return path === '' ? message : `${path}: ${message}`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}

/** In a few characters, however large the value is. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN_LENGTH));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
