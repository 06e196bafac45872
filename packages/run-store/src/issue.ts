import type { z } from 'zod';

/** @returns the first thing that a schema found wrong: `path: message`, or the message alone where the whole value is wrong */
export function describeIssue({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return '';
  const path = issue.path.join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
