import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, ROOT } from './published-packages.js';

/** A fenced block of a README. */
export interface ReadmeBlock {
  /** `packages-core-1`: the README's folder and the block's number. */
  readonly name: string;
  readonly code: string;
}

/** All blocks in a language of the README of the root and of every published package. */
export const readmeBlocks = (language: 'sh' | 'ts'): ReadmeBlock[] =>
  ['', ...publishedPackages().map(({ folder }) => folder)].flatMap((folder) => {
    const text = readFileSync(join(ROOT, folder, 'README.md'), 'utf8');
    return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code = ''], index) => ({
      name: `${folder.replace('/', '-') || 'root'}-${index + 1}`,
      code,
    }));
  });
