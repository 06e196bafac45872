// @vitest-environment node
import type { Acknowledgement, Command } from '@fdr/records';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useCommands } from '../src/run/use-commands.js';
import { inScope, stopScopes } from './in-scope.js';

afterEach(stopScopes);

/** Commands whose answers the test gives. */
function commands() {
  const answers: ((answer: Acknowledgement) => void)[] = [];
  const send = vi.fn<(command: Command) => Promise<Acknowledgement>>(
    () => new Promise((resolve) => answers.push(resolve)),
  );
  const { result } = inScope(() => useCommands(() => 'run-1', send));
  return { result, send, answer: (answer: Acknowledgement) => answers.shift()?.(answer) };
}

describe('the commands of a run', () => {
  it('carry the run, an id of their own, and what was requested', async () => {
    const { result, send, answer } = commands();
    void result.send({ type: 'setLearningRate', learningRate: 0.05 });
    answer({ ok: true });
    await Promise.resolve();
    void result.send({ type: 'checkpoint' });
    const [[first], [second]] = [send.mock.calls[0]!, send.mock.calls[1]!];
    expect(first).toEqual({
      commandId: expect.stringMatching(/^[0-9a-f]{32}$/),
      runId: 'run-1',
      type: 'setLearningRate',
      learningRate: 0.05,
    });
    expect(second).toMatchObject({ runId: 'run-1', type: 'checkpoint' });
    expect(second.commandId).not.toBe(first.commandId);
  });

  it('are sent one at a time', async () => {
    const { result, send, answer } = commands();
    const paused = result.send({ type: 'pause' });
    expect(result.pending.value).toBe('pause');
    expect(await result.send({ type: 'stop' })).toBe(false);
    expect(send).toHaveBeenCalledTimes(1);
    expect(result.pending.value).toBe('pause');
    answer({ ok: true });
    expect(await paused).toBe(true);
    expect(result.pending.value).toBeNull();
    void result.send({ type: 'stop' });
    expect(result.pending.value).toBe('stop');
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('keep the reason of a refusal until the next one is sent', async () => {
    const { result, answer } = commands();
    const paused = result.send({ type: 'pause' });
    answer({ ok: false, error: 'the run has ended' });
    expect(await paused).toBe(false);
    expect([result.error.value, result.pending.value]).toEqual(['the run has ended', null]);
    void result.send({ type: 'resume' });
    expect(result.error.value).toBe('');
  });
});
