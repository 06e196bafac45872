import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { epochRecord, eventRecord, runRow } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { fdr, firstWords, jsonLines, outcomeOf, printed, start, startWith, temporaryFolder } from './fdr.js';

const TRAIN = ['train', '--dataset', 'synthetic', '--no-dashboard', '--runs-dir', 'runs', '--epochs'];

describe('fdr', { timeout: 600_000 }, () => {
  it('shows its commands, and its version', async () => {
    const folder = await temporaryFolder();
    const [help, version] = await Promise.all([fdr(folder), fdr(folder, '--version')]);
    expect(help).toMatchObject({ code: 0, errors: '' });
    for (const name of ['train', 'serve', 'runs', 'doctor']) expect(help.out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(version).toMatchObject({ code: 0, errors: '' });
    expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('runs from its sources in development', async () => {
    const root = fileURLToPath(new URL('../../../../', import.meta.url));
    const words = ['--conditions=@fdr/source', '--import', './register.mjs', 'apps/cli/src/main.ts', '--version'];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: root });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each<[string[], string]>([
    [['trian'], "unknown command 'trian' (Did you mean train?)"],
    [['runs'], 'a command is missing'],
    [['train', '--learning-rate', '0'], '--learning-rate must be a number from 1e-12 to 1e12, not 0'],
    [['train', '--lerning-rate', '1'], "unknown option '--lerning-rate' (Did you mean --learning-rate?)"],
    [['train', '--config', 'bad.json'], 'there is no key "epoch"; the keys are'],
    [['train', '--dataset', 'nowhere'], 'nothing there'],
    [
      ['train', '--dataset', 'synthetic', '--no-dashboard', '--observables', 'noiseTrace,velocitySquared'],
      'gradientProduct, startDistanceSquared (3 more with momentum); found "velocitySquared"',
    ],
    [['serve', '--port', '99999'], '--port must be an integer from 0 to 65535, not 99999'],
    [['serve', '--results', 'bad.json'], 'bad.json is a file, a folder of figures was expected'],
    [['serve', '--token-file', 'absent'], '--token-file "absent" can\'t be read (ENOENT)'],
    [['serve', '--allow-host', 'https://lab.example.org'], 'an allowed host must be a name or a name:port'],
    [['runs', 'show', '../../etc'], 'is not a run id'],
    [['runs', 'show', 'absent'], 'there is no run "absent"'],
  ])('%j is a mistake: one line, 2, no file', async (words, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'bad.json'), '{"epoch": 3}');
    const { code, out, errors } = await fdr(folder, ...words);
    expect(errors).toContain(message);
    expect(errors).toMatch(/^fdr: [^\n]+\n$/);
    expect([code, out]).toEqual([2, '']);
    expect(await readdir(folder)).toEqual(['bad.json']);
  });

  it('trains, and tells machines in lines of JSON, people in tables', async () => {
    const folder = await temporaryFolder();
    const trained = await fdr(folder, ...TRAIN, '2', '--json', '--name', 'a first one');
    expect(trained).toMatchObject({ code: 0, errors: '' });
    const lines = jsonLines(trained.out);
    expect(lines[0]).toMatchObject({ type: 'run', run: { name: 'a first one', status: 'running' } });
    // 1 / (2 * 0.1 * 0.01) steps, 40 of them an epoch.
    expect(lines[1]).toMatchObject({ type: 'relaxation', steps: 500, epochs: 12.5 });
    const epochs = lines.filter(({ type }) => type === 'epoch').map(({ epoch }) => epochRecord.parse(epoch));
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    for (const { event, type } of lines) if (type === 'event') eventRecord.parse(event);
    const { oLHalf, oRHalf } = epochs[1]!;
    const ratio = (oLHalf / oRHalf).toFixed(0);
    const verdict = lines.at(-1)?.['verdict'] as { sentence: string };
    // Far from balance, the total is given to a whole number at most.
    expect(verdict.sentence).toMatch(
      new RegExp(`^Finished after 2 epochs\\. Moving: O_L / O_R is ${ratio}(\\.\\d+)? ± [0-9.]+ over 40 steps`),
    );

    const [table, shown, json] = await Promise.all([
      fdr(folder, 'runs', 'ls'),
      fdr(folder, 'runs', 'show'),
      fdr(folder, 'runs', 'ls', '--json'),
    ]);
    expect(table.out).toMatch(/^ID +NAME +STATUS +EPOCHS +LR +RATIO +BEST TEST +LAST TEST +CREATED\n/);
    expect(table.out).toMatch(/a first one +finished +2\/2 +0\.1 /);
    const { id } = runRow.parse(jsonLines(json.out)[0]);
    expect(shown.out).toMatch(new RegExp(`^  id +${id}$`, 'm'));
    expect(shown.out).toMatch(/^ {2}epoch +2 of 2, step 80$/m);
    expect(shown.out).toContain(verdict.sentence);
  });

  it('says before it trains how long these settings need to forget their start', async () => {
    const { out } = await fdr(await temporaryFolder(), ...TRAIN, '1');
    expect(out.split('\n')[1]).toBe(
      'warning: these settings forget their start in tau = 500 steps = 12.5 epochs; you asked for 1, less than 2 tau: ' +
        'O_L / O_R may not come near 1',
    );
  });

  it.each<[string[], string]>([
    [['--threshold', '0.1', '--decay', '0.05'], 'decay 0.05 moves the ratio by only about 0.053 at each drop'],
    [['--weight-decay', '0', '--schedule', 'constant'], 'without weight decay the parameters need not stop growing'],
    [['--minimum-learning-rate', '0.2'], 'the minimum learning rate 0.2 is not below 0.1'],
    [['--minimum-steps', '1000'], 'averages over 1000 steps need 2000 steps and there are 40'],
    [['--schedule', 'plateau', '--patience', '4'], 'a patience of 4 needs 7 epochs and there are 1'],
    [['--schedule', 'step', '--every-epochs', '5'], 'a drop after 5 epochs needs 6 epochs and there are 1'],
  ])('warns of options that can do nothing: %j', async (words, message) => {
    const { code, out } = await fdr(await temporaryFolder(), ...TRAIN, '1', ...words);
    const warnings = out.split('\n').filter((line) => line.startsWith('warning: ') && !line.includes('tau = '));
    expect([code, warnings]).toEqual([0, [expect.stringContaining(message)]]);
  });

  it('lowers the learning rate as the options of a schedule say', async () => {
    const folder = await temporaryFolder();
    const rates = async (...words: string[]) => {
      const { out } = await fdr(folder, ...TRAIN, '4', '--json', '--learning-rate', '0.08', ...words);
      return jsonLines(out).flatMap(({ type, epoch }) =>
        type === 'epoch' ? [epochRecord.parse(epoch).learningRate] : [],
      );
    };
    const step = ['--schedule', 'step', '--every-epochs', '2', '--divisor', '4'];
    expect(await rates(...step)).toEqual([0.08, 0.08, 0.02, 0.02]);
    // No epoch falls to a hundredth of the best loss: each one after the first is one too many.
    const plateau = ['--schedule', 'plateau', '--patience', '0', '--factor', '0.5', '--improvement', '0.99'];
    expect(await rates(...plateau)).toEqual([0.08, 0.08, 0.04, 0.02]);
  });

  it('goes on training when the reader of its output has gone', async () => {
    const folder = await temporaryFolder();
    const child = start(folder, ...TRAIN, '3');
    const ended = outcomeOf(child);
    await firstWords(child);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, errors: '' });
    const { out } = await fdr(folder, 'runs', 'ls', '--json');
    expect(jsonLines(out)[0]).toMatchObject({ status: 'finished', epoch: 3 });
  });

  it('ends at once at a second Ctrl-C, in the midst of native code', async () => {
    const folder = await temporaryFolder();
    const child = start(folder, 'train', '--no-dashboard', '--epochs', '1000', '--json');
    const ended = outcomeOf(child);
    await printed(child, '"status":"running"');
    // Two different signals cannot arrive as one. Whichever is handled last ends the process by itself, not in good order.
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ errors: '' });
    expect(child.exitCode).toBeNull();
    expect(['SIGINT', 'SIGTERM']).toContain(child.signalCode);
  });

  it('serves stored runs until Ctrl-C', async () => {
    const folder = await temporaryFolder();
    const child = start(folder, 'serve', '--port', '0');
    const ended = outcomeOf(child);
    const [url = ''] = /http:\S+/.exec(await firstWords(child)) ?? [];
    expect(await (await fetch(new URL('/healthz', url))).json()).toEqual({ status: 'ok' });
    child.kill('SIGINT');
    const { code, errors } = await ended;
    expect(code).toBe(130);
    expect(errors).toBe('fdr: there is no folder runs yet: the page shows no runs\n');
  });

  it('examines itself', async () => {
    const { code, out, errors } = await fdr(await temporaryFolder(), 'doctor', '--json');
    expect([code, errors]).toEqual([0, '']);
    const findings = JSON.parse(out) as { backends: { backend: string; works: boolean; defect: number }[] };
    expect(findings).toMatchObject({ works: true, machine: { node: process.versions.node } });
    const working = findings.backends.filter(({ works }) => works);
    expect(working.map(({ backend }) => backend)).toEqual(expect.arrayContaining(['onnx', 'wasm', 'cpu']));
    for (const { defect } of working) expect(defect).toBeLessThan(1e-5);
  });

  it('serves behind a token that the environment holds, and tells a machine the address', async () => {
    const folder = await temporaryFolder();
    const token = 'a-token-of-22-characters';
    const server = startWith({ FDR_TOKEN: token }, folder, 'serve', '--port', '0', '--json');
    const [line] = jsonLines(await firstWords(server));
    expect(line).toMatchObject({ type: 'dashboard', url: expect.stringContaining(`#token=${token}`) });
    const { origin } = new URL(String(line!['url']));
    expect((await fetch(`${origin}/api/runs`)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${origin}/api/runs`, { headers })).status).toBe(200);
  });
});
