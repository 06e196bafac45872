import type { Job } from '@fdr/experiments';
import { DEFAULT_CONFIG } from '@fdr/training';
import { describe, expect, it } from 'vitest';
import { createExperimentProgress, formatCounts, remainingSeconds } from '../../src/terminal/experiment-progress.js';
import type { Output } from '../../src/terminal/output.js';

const job = (name: string, epochs: number): Job => ({
  kind: 'run',
  key: name,
  name,
  config: { ...DEFAULT_CONFIG, epochs },
  parent: undefined,
});

/** Progress of two jobs of 10 epochs on a clock of its own; one job was done before. */
function setUp(redraws: boolean) {
  let text = '';
  let time = 0;
  const output: Output = {
    write: (more) => {
      text += more;
    },
    redraws,
    columns: () => 60,
  };
  const first = job('first', 10);
  const second = job('second', 10);
  const progress = createExperimentProgress(output, {
    jobs: [first, second],
    doneBefore: 1,
    concurrency: 1,
    now: () => time,
  });
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  return { first, second, progress, pass, text: () => text };
}

describe('the counts of jobs', () => {
  it('name failures and the remaining time where there are any', () => {
    const counts = { done: 12, running: 2, waiting: 25, failed: 1, remainingSeconds: 754 };
    expect(formatCounts(counts)).toBe('12 of 40 jobs done, 2 running, 25 waiting, 1 failed, ETA 12:34');
    expect(formatCounts({ ...counts, running: 0, failed: 0 })).toBe('12 of 37 jobs done, 0 running, 25 waiting');
  });
});

describe('the remaining time of an experiment', () => {
  const measured = new Map([['mlp', 2]]);

  it('is that of all epochs at the measured rates, shared by the processes', () => {
    const remaining = [
      { model: 'mlp', epochs: 10 },
      { model: 'cnn', epochs: 3 },
      { model: 'mlp', epochs: 5 },
    ];
    // (15 epochs of 2 s + 3 epochs of 7 s) / 3
    expect(remainingSeconds(remaining, new Map([...measured, ['cnn', 7]]), 3)).toBe(17);
  });

  it('is unknown if a model has epochs left and none of it has been measured', () => {
    expect(remainingSeconds([{ model: 'cnn', epochs: 1 }], measured, 1)).toBeNaN();
    expect(remainingSeconds([{ model: 'cnn', epochs: 0 }], measured, 1)).toBe(0);
  });
});

describe('the progress of an experiment', () => {
  it('prints each end of a job and, where lines stay, the counts at most every 15 seconds', () => {
    const { first, second, progress, pass, text } = setUp(false);
    progress.onChange({ job: first, type: 'started' });
    for (let epoch = 1; epoch <= 9; epoch++) {
      pass(2000);
      progress.onEpoch(first, epoch);
    }
    progress.onChange({ job: first, type: 'completed' });
    progress.onChange({ job: second, type: 'started' });
    progress.onChange({ job: second, type: 'failed' });
    progress.onEnd();
    expect(text().split('\n')).toEqual([
      '1 of 3 jobs done, 1 running, 1 waiting, ETA ?',
      // After 8 epochs in 16 s: 2 + 10 epochs of 2 s.
      '1 of 3 jobs done, 1 running, 1 waiting, ETA 0:24',
      'done: first',
      'FAILED: second',
      '2 of 3 jobs done, 0 running, 0 waiting, 1 failed',
      '',
    ]);
  });

  it('counts a stopped job among those that remain', () => {
    const { first, progress, text } = setUp(false);
    progress.onChange({ job: first, type: 'started' });
    progress.onChange({ job: first, type: 'stopped' });
    progress.onEnd();
    expect(text().split('\n').slice(1)).toEqual(['stopped: first', '1 of 3 jobs done, 0 running, 2 waiting', '']);
  });

  it('leaves the remaining epochs of a failed job out of the remaining time', () => {
    const { first, second, progress, pass, text } = setUp(false);
    progress.onChange({ job: first, type: 'started' });
    pass(15_000);
    progress.onEpoch(first, 3);
    progress.onChange({ job: first, type: 'failed' });
    progress.onChange({ job: second, type: 'started' });
    pass(15_000);
    progress.onEpoch(second, 3);
    // 6 epochs in 30 s: the 7 epochs of the second job take 35 s.
    expect(text().trimEnd().split('\n').at(-1)).toBe('1 of 3 jobs done, 1 running, 0 waiting, 1 failed, ETA 0:35');
  });

  it('draws one line again and again on a terminal', () => {
    const { first, progress, pass, text } = setUp(true);
    progress.onChange({ job: first, type: 'started' });
    pass(100);
    progress.onEpoch(first, 1);
    pass(100);
    progress.onEpoch(first, 2);
    progress.onChange({ job: first, type: 'completed' });
    progress.onEnd();
    expect(text().split('\r\u001b[K')).toEqual([
      '',
      '1 of 3 jobs done, 1 running, 1 waiting, ETA ?',
      // 2 epochs in 0.2 s, 18 remain. The drawing after the first epoch came too soon.
      '1 of 3 jobs done, 1 running, 1 waiting, ETA 0:02',
      'done: first\n',
      '2 of 3 jobs done, 0 running, 1 waiting\n',
    ]);
  });
});
