// npm run bench:viewers --workspace apps/cli -- --viewers 100,500,1000 --rounds 3 --epochs 6 [--json]
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { formatViewers, measureViewers } from './viewers.js';

const { values: options } = parseArgs({
  options: {
    viewers: { type: 'string', default: '100,500,1000' },
    rounds: { type: 'string', default: '3' },
    /** Of a window. */
    epochs: { type: 'string', default: '6' },
    /** Prints what was measured as JSON. */
    json: { type: 'boolean', default: false },
  },
});
const { epochs, rounds } = options;
const costs = await measureViewers({
  epochs: Number(epochs),
  rounds: Number(rounds),
  counts: options.viewers.split(',').map(Number),
  onWindow: (text) => console.error(text),
});
if (options.json) console.log(JSON.stringify(costs));
else
  console.log(
    `${formatViewers(costs)}\n` +
      `\nMNIST on 1 thread of ${availableParallelism()} cores. Windows of ${epochs} epochs with viewers, each beside one without before and after; means of ${rounds} rounds.` +
      '\nThe viewers are socket.io clients of the lowest priority on the same machine: what is measured is what serving costs.',
  );
process.exit(0);
