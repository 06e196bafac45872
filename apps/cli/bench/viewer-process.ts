// A process of many viewers, told by messages of its parent which run to follow and when to leave.
import { io, type Socket } from 'socket.io-client';
import type { ViewersOrder, ViewersState } from './audience.js';

interface Viewer {
  readonly socket: Socket;
  /** Milliseconds from the order until the viewer had the history; undefined before. */
  complete: number | undefined;
}

const viewers: Viewer[] = [];

function follow({ url, runId, count, steps }: ViewersOrder): void {
  const began = performance.now();
  for (let index = 0; index < count; index += 1) {
    const socket = io(url, { forceNew: true, transports: ['websocket'], timeout: 120_000 });
    const viewer: Viewer = { socket, complete: undefined };
    viewers.push(viewer);
    socket.on('connect', () => {
      socket.emit('subscribe', { runId, from: { epochs: 0, steps: 0, events: 0 } }, () => undefined);
    });
    for (const event of ['run', 'steps', 'event'])
      socket.on(event, (_message: unknown, acknowledge: () => void) => acknowledge());
    // The epochs come after their steps.
    socket.on('epoch', (message: { records: readonly { step: number }[] }, acknowledge: () => void) => {
      const last = message.records.at(-1)?.step ?? 0;
      if (last >= steps) viewer.complete ??= performance.now() - began;
      acknowledge();
    });
  }
}

function leave(): void {
  for (const { socket } of viewers.splice(0)) socket.disconnect();
}

process.on('message', (order: ViewersOrder | 'leave' | 'state') => {
  if (order === 'leave') return leave();
  if (order !== 'state') return follow(order);
  const state: ViewersState = {
    connected: viewers.filter(({ socket }) => socket.connected).length,
    complete: viewers.flatMap(({ complete }) => complete ?? []),
  };
  process.send?.(state);
});
process.on('disconnect', () => process.exit(0));
