import { onScopeDispose } from 'vue';
import type { Api } from './api.js';
import { createSocket } from './live-feed.js';

/** Calls back whenever the list of runs has changed, or may have while there was no connection, as long as the calling scope lives. */
export function followRuns(api: Api, onChange: () => void): void {
  const socket = createSocket(api.origin);
  socket.on('runs', onChange);
  socket.on('connect', () => socket.emit('followRuns', onChange));
  socket.connect();
  onScopeDispose(() => socket.disconnect());
}
