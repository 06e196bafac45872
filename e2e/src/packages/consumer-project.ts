import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packInto, type PublishedPackage } from './published-packages.js';

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** How a program ended. */
interface ProgramResult {
  readonly failed: boolean;
  readonly output: string;
}

/** How TypeScript resolves modules, and its options that go with it. */
const MODULES = { nodenext: 'nodenext', bundler: 'esnext' } as const;

/** A project of somebody else, outside the workspace, in which nothing but the tarballs and what they ask for is installed. */
export interface ConsumerProject {
  readonly folder: string;
  /** The paths of the tarballs, in the order of the packages. */
  readonly tarballs: readonly string[];
  write(file: string, text: string): Promise<void>;
  /** Runs a module of the project. */
  node(file: string): Promise<ProgramResult>;
  /** Compiles modules of the project into `dist`, strictly, and lists all files that it read. Declarations are checked too. */
  tsc(files: readonly string[], resolution: keyof typeof MODULES): Promise<ProgramResult>;
  remove(): Promise<void>;
}

/** Packs the packages and installs them together. */
export async function consumerProject(packages: readonly PublishedPackage[]): Promise<ConsumerProject> {
  const folder = await mkdtemp(join(tmpdir(), 'fdr-consumer-'));
  const tarballs = await packInto(packages, folder);
  const program = (file: string, ...args: string[]): Promise<ProgramResult> =>
    new Promise((resolve) => {
      execFile(file, args, { cwd: folder, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        resolve({ failed: error !== null, output: stdout + stderr });
      });
    });
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  };

  await write('package.json', JSON.stringify({ private: true, type: 'module' }));
  const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  const installed = await program('npm', 'install', ...options, '@types/node@20', ...tarballs);
  if (installed.failed) throw new Error(installed.output);

  return {
    folder,
    tarballs,
    write,
    node: (file) => program(process.execPath, file),
    tsc: async (files, resolution) => {
      const compilerOptions = {
        strict: true,
        target: 'es2023',
        lib: ['ES2023', 'DOM'],
        types: ['node'],
        module: MODULES[resolution],
        moduleResolution: resolution,
        skipLibCheck: false,
        listFiles: true,
        rootDir: '.',
        outDir: 'dist',
      };
      await write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
      return program(process.execPath, TSC, '--project', '.', '--pretty', 'false');
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
