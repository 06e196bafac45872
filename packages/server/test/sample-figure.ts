import type { FigureRecord } from '@fdr/records';

/** A figure that uses every field of a figure record. */
export const sampleFigure = (id: string): FigureRecord => ({
  schemaVersion: 1,
  id,
  title: `Figure ${id}`,
  caption: 'What is seen.',
  drawnAt: '2019-05-06T14:30:00.000Z',
  command: 'fdr reproduce fig3',
  scale: 'Scale quick.',
  jobs: { done: 3, planned: 4 },
  claims: [
    {
      statement: 'It is linear.',
      section: 'section 3.2',
      test: 'its ratio is 1',
      measured: 'ratio: 1.02 (1 to 1.04)',
      tolerance: { low: 0.9, high: Infinity },
      measurements: [
        { quantity: 'ratio', mean: 1.02, low: 1, high: 1.04, verdict: 'holds' },
        {
          quantity: 'other ratio',
          mean: NaN,
          low: -Infinity,
          high: Infinity,
          obstacle: 'it is short',
          verdict: 'undecided',
        },
      ],
      scale: 'quick',
      verdict: 'holds',
    },
  ],
  panels: [
    {
      title: 'Height',
      x: 'linear',
      y: 'log',
      range: { from: 0, to: 2 },
      xName: 'learning rate η',
      chart: {
        name: 'h',
        band: { from: 0.9, to: 1.1 },
        traces: [
          {
            name: 'height',
            color: { light: '#0b62a8', dark: '#6cb2f7' },
            width: 2,
            curve: { x: [0, 1, 2], low: [1, null, 3], high: [1, null, 4], breaks: [1] },
          },
        ],
        marks: [
          { name: 'a mark', color: { light: '#000', dark: '#fff' }, symbol: 'circle', points: [{ x: 1, y: null }] },
        ],
      },
    },
  ],
  tables: [
    {
      title: 'Points',
      table: {
        columns: ['η', 'value'],
        rows: [
          ['0.1', NaN],
          ['words', -Infinity],
          ['more', 0.5],
        ],
      },
    },
  ],
});
