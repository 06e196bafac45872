import { describe, expect, it } from 'vitest';
import { downloadProgress } from '../../src/terminal/download-progress.js';

const shown = (redraws: boolean): string[] => {
  const written: string[] = [];
  const progress = downloadProgress({ write: (text) => void written.push(text), redraws, columns: () => 80 });
  progress.show({ dataset: 'cifar10', stage: 'download', done: 0, total: 139_000_000 });
  progress.show({ dataset: 'cifar10', stage: 'download', done: 45_200_000, total: 139_000_000 });
  progress.show({ dataset: 'cifar10', stage: 'convert', done: 1, total: 6 });
  progress.end();
  return written;
};

describe('downloadProgress', () => {
  it('draws one line over and over on a terminal, and erases it at the end', () => {
    expect(shown(true)).toEqual([
      '\r\u001b[Kfetching cifar10: 0 of 139 MB',
      '\r\u001b[Kfetching cifar10: 45 of 139 MB',
      '\r\u001b[Kconverting cifar10: 1 of 6 files',
      '\r\u001b[K',
    ]);
  });

  it('prints a line for each stage where nothing can be drawn over', () => {
    expect(shown(false)).toEqual(['fetching cifar10: 0 of 139 MB\n', 'converting cifar10: 1 of 6 files\n']);
  });
});
