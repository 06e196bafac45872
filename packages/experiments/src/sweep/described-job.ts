import type { Job } from '../job.js';
import { settingOf } from './settings.js';

/** The value that a job has for a setting, as tables show it; empty if it has none. */
export function settingText({ config }: Job, name: string): number | string {
  const value = settingOf(config, name) ?? '';
  return typeof value === 'number' ? value : String(value);
}

/** How many jobs stand before each in its chain, and one: 1 for a job that starts from nothing. */
export function stagesOf(jobs: readonly Job[]): ReadonlyMap<string, number> {
  const stages = new Map<string, number>();
  for (const { key, parent } of jobs) stages.set(key, 1 + (parent === undefined ? 0 : (stages.get(parent) ?? 0)));
  return stages;
}
