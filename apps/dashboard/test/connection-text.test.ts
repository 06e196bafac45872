import { expect, it } from 'vitest';
import { connectionText } from '../src/run/connection-text.js';

it('each state of the connection is described', () => {
  const since = new Date(2026, 0, 1, 9, 5, 7);
  expect(connectionText({ state: 'reconnecting', since }, 'running', true).text).toBe(
    'Connection lost at 09:05:07, trying again',
  );
  expect(connectionText({ state: 'gone', since }, 'running', true).tone).toBe('bad');
  expect(connectionText({ state: 'gone', since }, 'finished', true).text).toBe('Complete; the server is gone');
  expect(connectionText({ state: 'live' }, 'running', true).text).toBe('Live');
  expect(connectionText({ state: 'live' }, 'running', false).text).toBe('Live, trained by another process');
});

it('a run that went wrong never sounds finished', () => {
  const since = new Date(2026, 0, 1, 9, 5, 7);
  const textOf = (status: 'failed' | 'diverged' | 'stopped') => connectionText({ state: 'live' }, status, true);
  expect(textOf('failed')).toEqual({ text: 'Interrupted', tone: 'calm' });
  expect(textOf('diverged')).toEqual({ text: 'Diverged', tone: 'calm' });
  expect(textOf('stopped')).toEqual({ text: 'Stopped', tone: 'calm' });
  expect(connectionText({ state: 'gone', since }, 'failed', true).text).toBe('Interrupted; the server is gone');
  expect(connectionText({ state: 'live' }, 'finished', true).tone).toBe('good');
});
