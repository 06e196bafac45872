import type { Acknowledgement, Command } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { createCommandDispatcher } from '../src/command-dispatcher.js';
import { connectClient, numbers } from './client.js';
import { startTestServer } from './test-server.js';

describe('a command', () => {
  const pause: Command = { commandId: 'c1', runId: 'mine', type: 'pause' };

  async function startCommandServer(onCommand: (command: Command) => Promise<Acknowledgement>) {
    const server = await startTestServer({ onCommand, controls: (id) => id === 'mine' });
    const send = (command: Command): Promise<Acknowledgement> =>
      connectClient(server.port).emitWithAck('command', command);
    return { ...server, send };
  }

  it('is executed once, and everyone who sends it gets its acknowledgement', async () => {
    const executed: Command[] = [];
    const { send } = await startCommandServer(async (command) => {
      executed.push(command);
      return { ok: true };
    });
    expect(await Promise.all([send(pause), send(pause), send(pause)])).toEqual([
      { ok: true },
      { ok: true },
      { ok: true },
    ]);
    expect(await send({ ...pause, type: 'stop' })).toEqual({
      ok: false,
      error: 'that command id was used for another command',
    });
    const change: Command = { commandId: 'c2', runId: 'mine', type: 'setLearningRate', learningRate: 0.01 };
    expect(await send(change)).toEqual({ ok: true });
    expect(executed).toEqual([pause, change]);
  });

  it('is refused for a run that this process does not train, and by a server that accepts no commands', async () => {
    const { send } = await startCommandServer(async () => ({ ok: true }));
    expect(await send({ ...pause, runId: 'other' })).toEqual({ ok: false, error: 'run other is not training here' });
    const reader = await startTestServer();
    expect(await connectClient(reader.port).emitWithAck('command', pause)).toEqual({
      ok: false,
      error: 'run mine is not training here',
    });
  });

  it('whose execution throws is acknowledged with an error that does not reveal the reason', async () => {
    const { send, errors } = await startCommandServer(async () => {
      throw new Error('secret');
    });
    expect(await send(pause)).toEqual({ ok: false, error: 'the command failed; the terminal says more' });
    expect(errors).toEqual([new Error('secret')]);
  });

  it('is remembered until a thousand others have followed', async () => {
    const executed: string[] = [];
    const dispatch = createCommandDispatcher({
      controls: () => true,
      onCommand: async ({ commandId }) => {
        executed.push(commandId);
        return { ok: true };
      },
      onError: () => expect.unreachable(),
    });
    const send = (i: number) => dispatch({ commandId: `c${i}`, runId: 'mine', type: 'pause' });
    for (const i of numbers(1, 1000)) await send(i);
    await send(1);
    expect(executed).toHaveLength(1000);
    await send(1001);
    await send(1);
    expect(executed.slice(1000)).toEqual(['c1001', 'c1']);
  });
});
