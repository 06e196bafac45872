import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { csv, panelsTable, type Panel } from '@fdr/figures';
import { writeFileAtomically } from '@fdr/run-store';
import { renderPng, renderSvg } from './render.js';

/** A file's name and what it holds. */
export type NamedFile = readonly [name: string, content: string | Buffer];

/**
 * Writes files into a folder, which is created if it does not exist: each whole or not at all.
 *
 * @returns their paths
 */
export async function writeFiles(folder: string, files: readonly NamedFile[]): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const [name, content] of files) {
    const path = join(folder, name);
    await writeFileAtomically(path, [Buffer.from(content)]);
    paths.push(path);
  }
  return paths;
}

/** Panels as a picture, in vectors and in pixels, and all their points. @param name of the files, without what they end with */
export function pictureFiles(name: string, panels: readonly Panel[]): readonly NamedFile[] {
  const svg = renderSvg(panels);
  return [
    [`${name}.svg`, svg],
    [`${name}.png`, renderPng(svg)],
    [`${name}.csv`, csv(panelsTable(panels))],
  ];
}
