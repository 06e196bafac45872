import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRun, openRun } from '@fdr/run-store';
import { temporaryFolder } from '@fdr/testing';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { sampleEpoch, sampleRun } from '../../run-store/test/sample.js';
import { exportRun, type ExportFormat } from '../src/export-run.js';

/** 32-bit floats, some of them awkward. */
const VALUES = [0.1, 1e-45, -3.4028234e38, NaN, Infinity, 16777216, 1 / 3, 0, -0].map(Math.fround);

/** A stored run of three steps, two epochs and an event, its reader, and a folder to export it to. */
async function storedRun() {
  const folder = await temporaryFolder();
  const writer = await createRun(join(folder, 'runs'), sampleRun());
  writer.appendSteps(Float32Array.from(VALUES));
  const layers = { 'dense1.kernel': { oLHalf: 1, oRHalf: 2, ratio: NaN } };
  writer.appendEpoch(sampleEpoch(1, { layers, seconds: 2 }));
  writer.appendEpoch(sampleEpoch(2, { layers: {}, oFB: Infinity, seconds: 4 }));
  const time = '2019-05-06T14:30:04.000Z';
  writer.appendEvent({ type: 'warning', time, step: 3, epoch: 1, message: '=1+1, "quoted"' });
  await writer.close();
  const reader = await openRun(join(folder, 'runs'), 'sample');
  const out = join(folder, 'out');
  const exported = (format: ExportFormat, force = false) => exportRun(reader, { format, out, force });
  return { reader, out, exported, text: (name: string) => readFileSync(join(out, name), 'utf8') };
}

/** A Python that has some modules; undefined, with a word, where there is none. */
function pythonWith(...modules: string[]): string | undefined {
  const python = process.env['FDR_PYTHON'] ?? 'python3';
  try {
    execFileSync(python, ['-c', modules.map((name) => `import ${name}`).join('\n')], { stdio: 'ignore' });
    return python;
  } catch {
    console.warn(`skipped: ${python} has no ${modules.join(', ')}`);
    return undefined;
  }
}

describe('a run as CSV', () => {
  it('has every number so that it is read back as it was', async () => {
    const { exported, text } = await storedRun();
    expect((await exported('csv')).map((path) => path.split('/').at(-1))).toEqual([
      'steps.csv',
      'epochs.csv',
      'events.csv',
    ]);
    const [head, ...lines] = text('steps.csv').trimEnd().split('\r\n');
    expect(head).toBe('step,loss,oL,oR');
    expect(lines[0]).toBe('1,0.1,1.4013e-45,-3.4028235e+38');
    const values = lines.flatMap((line) => line.split(',').slice(1).map(Number));
    expect(values.map(Math.fround)).toEqual(VALUES.map((value) => (Object.is(value, -0) ? 0 : value)));
  });

  it('names what is nested, and writes no text that a spreadsheet would run', async () => {
    const { exported, text } = await storedRun();
    await exported('csv');
    const [head = '', first = ''] = text('epochs.csv').split('\r\n');
    expect(first.split(',')[head.split(',').indexOf('layers.dense1.kernel.ratio')]).toBe('NaN');
    expect(text('events.csv')).toContain(`"'=1+1, ""quoted"""`);
  });

  it('replaces nothing that exists, unless it is told to', async () => {
    const { exported, out, text } = await storedRun();
    await exported('csv');
    writeFileSync(join(out, 'epochs.csv'), 'mine');
    await expect(exported('csv')).rejects.toThrow(/epochs\.csv exists|steps\.csv exists; replace it with --force/);
    expect(text('epochs.csv')).toBe('mine');
    await exported('csv', true);
    expect(text('epochs.csv')).not.toBe('mine');
    expect(readdirSync(out)).toHaveLength(3);
  });

  it('says in one line why the disk refuses', async () => {
    const { exported, out } = await storedRun();
    writeFileSync(out, '');
    await expect(exported('csv')).rejects.toThrow(/^can't look for .*steps\.csv \(ENOTDIR\)$/);
  });
});

it('a run as Parquet has 32-bit floats of steps, and what is missing in an epoch as null', async () => {
  const { exported, out } = await storedRun();
  await exported('parquet');
  const read = (name: string) => {
    const { buffer, byteOffset, length } = readFileSync(join(out, name));
    return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer });
  };
  const steps = await read('steps.parquet');
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(steps.flatMap(({ loss, oL, oR }) => [loss, oL, oR])).toEqual(VALUES);
  const epochs = await read('epochs.parquet');
  expect(epochs[0]?.['layers.dense1.kernel.ratio']).toBeNaN();
  expect(epochs[1]?.['layers.dense1.kernel.ratio']).toBeNull();
  expect(epochs[1]?.['oFB']).toBe(Infinity);
});

it('pandas and DuckDB read both', async () => {
  const { exported, out } = await storedRun();
  const python = pythonWith('pandas', 'pyarrow', 'duckdb');
  if (python === undefined) return;
  await exported('csv');
  await exported('parquet');
  const program = `
import duckdb, json, pandas, sys
out = sys.argv[1]
steps = pandas.read_parquet(f'{out}/steps.parquet')
text = pandas.read_csv(f'{out}/steps.csv', dtype='float32')
assert (steps.astype('float32').fillna(7) == text.fillna(7)).all().all()
for ending in ('csv', 'parquet'):
    print(duckdb.sql(f"select max(oL), count(*) from '{out}/steps.{ending}'").fetchall()[0][1])
    print(duckdb.sql(f"select epoch, ratio from '{out}/epochs.{ending}' order by epoch").fetchall())
    print(duckdb.sql(f"select message from '{out}/events.{ending}'").fetchall()[0][0])
`;
  expect(execFileSync(python, ['-c', program, out], { encoding: 'utf8' }).trim().split('\n')).toEqual([
    '3',
    expect.stringMatching(/^\[\(1(\.0)?, .*\), \(2(\.0)?, .*\)\]$/) as unknown,
    `'=1+1, "quoted"`,
    '3',
    expect.stringMatching(/^\[\(1(\.0)?, .*\), \(2(\.0)?, .*\)\]$/) as unknown,
    '=1+1, "quoted"',
  ]);
});
