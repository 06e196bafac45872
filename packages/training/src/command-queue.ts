import type { MessagePort } from 'node:worker_threads';
import type { HostMessage } from './worker-messages.js';

/** The messages that the training thread has been sent and has not taken yet. */
export interface CommandQueue {
  /** The next message, if there is one. */
  take(): Promise<HostMessage | undefined>;
  /** The next message, waited for. */
  next(): Promise<HostMessage>;
}

/** Messages of a port in their order; waiting for one costs nothing. */
export function commandQueue(port: MessagePort): CommandQueue {
  const messages: HostMessage[] = [];
  let arrived = (): void => undefined;
  port.on('message', (message: HostMessage) => {
    messages.push(message);
    arrived();
  });
  return {
    take: async () => {
      // Messages arrive between turns of the event loop, and a segment of steps takes none.
      await new Promise((resolve) => setImmediate(resolve));
      return messages.shift();
    },
    next: async () => {
      for (;;) {
        const message = messages.shift();
        if (message) return message;
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
  };
}
