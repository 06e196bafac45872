import { parseArgs } from 'node:util';
import { networkTable } from './networks.js';
import { quadratics } from './quadratics.js';
import { quadraticTable } from './table.js';

// Prints the tables of docs/stationarity.md.
const { values } = parseArgs({
  options: {
    half: { type: 'string', multiple: true },
    runs: { type: 'string', default: '100' },
    networks: { type: 'string' },
  },
});

const halves = values.half ?? (values.networks === undefined ? ['tuning', 'held-out'] : []);
for (const half of ['tuning', 'held-out'] as const)
  if (halves.includes(half))
    console.log(
      `The ${half} half, ${values.runs} runs\n\n${quadraticTable(await quadratics(half, Number(values.runs)))}\n`,
    );
if (values.networks !== undefined) console.log(`Networks\n\n${await networkTable(values.networks)}\n`);
