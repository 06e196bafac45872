// node --conditions=source --import ../../register.mjs bench/viewers-main.ts [epochs of a window] [rounds] [viewers,...]
import { availableParallelism } from 'node:os';
import { formatViewers, measureViewers } from './viewers.js';

const [epochs = '6', rounds = '3', counts = '100,500,1000'] = process.argv.slice(2);
const costs = await measureViewers({
  epochs: Number(epochs),
  rounds: Number(rounds),
  counts: counts.split(',').map(Number),
  onWindow: (text) => console.error(text),
});
console.log(
  `${formatViewers(costs)}\n` +
    `\nMNIST on 1 thread of ${availableParallelism()} cores. Windows of ${epochs} epochs with viewers, each beside one without before and after; medians of ${rounds} rounds.` +
    '\nThe viewers are socket.io clients of the lowest priority on the same machine: what is measured is what serving costs.',
);
process.exit(0);
