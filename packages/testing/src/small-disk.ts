import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file system of its own, so small that a test can fill it. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves no byte free. */
  fill(): Promise<void>;
  /** Frees what {@link fill} took. */
  free(): Promise<void>;
}

/** Whether this process may make a file system, which only root may. */
export const hasSmallDisks: boolean = canMount();

/** A disk of so many bytes for one test; it is gone when the test has finished. */
export function smallDisk(bytes: number): SmallDisk {
  const folder = mount(bytes);
  onTestFinished(() => unmount(folder));
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: async () => {
      for (let length = 65_536; length >= 1;) {
        try {
          await appendFile(filler, Buffer.alloc(length));
        } catch {
          length = Math.floor(length / 2);
        }
      }
    },
    free: () => rm(filler),
  };
}

function mount(bytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'fdr-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' });
  return folder;
}

function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' });
  rmSync(folder, { recursive: true });
}

function canMount(): boolean {
  try {
    unmount(mount(65_536));
    return true;
  } catch {
    return false;
  }
}
