import { expect, it } from 'vitest';
import { isActive, runStatus } from '../src/index.js';

it('a run is active while it trains or is paused, and in no other status', () => {
  expect(runStatus.options.filter(isActive)).toEqual(['running', 'paused']);
});
