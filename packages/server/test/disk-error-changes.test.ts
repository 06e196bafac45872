import { expect, it } from 'vitest';
import { watchDiskErrors } from '../src/disk-error-changes.js';

it('an error that somebody has seen come and go leaves another version', () => {
  let error: string | null = null;
  const { of, version } = watchDiskErrors((id) => (id === 'full' ? error : null));
  const before = version('full');
  error = 'ENOSPC';
  expect(of('full')).toBe('ENOSPC');
  error = null;
  expect(version('full')).not.toBe(before);
  expect(version('full')).toBe(version('full'));
  expect(of('full')).toBeNull();
  expect(version('other')).toBe(before);
});
