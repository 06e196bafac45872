import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FDR, outcomeOf, start, temporaryFolder } from './fdr.js';

/** What a shell is offered for words of which the last is not complete. */
async function offered(folder: string, ...words: string[]): Promise<string[]> {
  const { out } = await outcomeOf(start(folder, 'complete', '--', ...words));
  return out
    .split('\n')
    .map((line) => line.split('\t')[0]!)
    .filter((line) => line !== '' && !line.startsWith(':'));
}

describe('a shell completes', () => {
  it('commands, options and their values', async () => {
    const folder = await temporaryFolder();
    expect(await offered(folder, 'runs', 'r')).toEqual(['rename', 'rm', 'restore']);
    expect(await offered(folder, 'train', '--mod')).toEqual(['--model']);
    expect(await offered(folder, 'train', '--model', '')).toEqual(['mlp', 'cnn']);
    expect(await offered(folder, 'train', '--schedule', 'eq')).toEqual(['equilibrium']);
  });

  it('ids of runs, the newest first', async () => {
    const folder = await temporaryFolder();
    expect(await offered(folder, 'resume', '')).toEqual([]);
    for (const id of ['20260101-a', '20260102-b', '.trash']) await mkdir(join(folder, 'runs', id), { recursive: true });
    expect(await offered(folder, 'resume', '')).toEqual(['last', '20260102-b', '20260101-a']);
    expect(await offered(folder, 'runs', 'rm', '20260101')).toEqual(['20260101-a']);
  });

  it('in a real bash, by the script that is printed for it', async (context) => {
    if (spawnSync('bash', ['--version']).status !== 0) context.skip('there is no bash here');
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'fdr'), `#!/bin/sh\nexec '${process.execPath}' '${FDR}' "$@"\n`);
    await chmod(join(folder, 'fdr'), 0o755);
    // The function is one of the package bash-completion.
    const script = `_get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur="\${COMP_WORDS[COMP_CWORD]}"; }
      source <(fdr complete bash); COMP_WORDS=(fdr train --model c); COMP_CWORD=3; __fdr_complete 2>/dev/null; printf '%s' "\${COMPREPLY[*]}"`;
    const env = { ...process.env, PATH: [folder, process.env['PATH']].join(delimiter) };
    expect(execFileSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' }).trim()).toBe('cnn');
  });
});

describe('what somebody means who has another program in mind', () => {
  it.each([
    [['train', '--lr', '0.1'], "unknown option '--lr' (Did you mean --learning-rate?)"],
    [['train', '--weight_decay=0.1'], /weight_decay=0.1' \(Did you mean --weight-decay(=0.1)?\?\)\n$/],
    [['train', '--wd=3'], "unknown option '--wd=3' (Did you mean --weight-decay=3?)"],
    [['train', 'mnist'], /^fdr: too many arguments .* \(Did you mean --dataset mnist\?\)\n$/],
    [['train', '--seed', '3', 'cnn'], /^fdr: too many arguments .* \(Did you mean --model cnn\?\)\n$/],
    [['train', 'something'], /^fdr: too many arguments [^(]*\n$/],
  ])('is told after %j', async (words, message) => {
    const expected = typeof message === 'string' ? `fdr: ${message}\n` : expect.stringMatching(message);
    expect(await outcomeOf(start(await temporaryFolder(), ...words))).toEqual({ code: 2, out: '', errors: expected });
  });
});
