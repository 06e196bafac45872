import { vi } from 'vitest';

/** Makes a started server the origin of the page, so that the page's own requests and sockets go there. */
export function servePage(server: { readonly origin: string }): void {
  const { happyDOM } = window as unknown as { happyDOM: { setURL(url: string): void } };
  happyDOM.setURL(`${server.origin}/`);
}

/** Fakes the timers of polling alone: requests and sockets go on as they are. */
export function fakePolling(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
}
