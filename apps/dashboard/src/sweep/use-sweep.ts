import type { SweepOutline, SweepProgress } from '@fdr/records';
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { RequestError, type Api } from '../feed/api.js';
import { errorMessage } from '../feed/error-message.js';
import { followRuns } from '../feed/follow-runs.js';

/** Milliseconds between two requests for how far a sweep is. */
const PAUSE = 1000;

/** The sweep that a server shows, followed as long as the calling scope lives. */
export interface FollowedSweep {
  /** Null before the answer; undefined where the server shows no sweep. */
  readonly outline: Readonly<ShallowRef<SweepOutline | null | undefined>>;
  /** Null before the first answer. */
  readonly progress: Readonly<ShallowRef<SweepProgress | null>>;
  /** Why the last request failed; empty if it did not. */
  readonly error: Readonly<ShallowRef<string>>;
}

/** See {@link FollowedSweep}. */
export function useSweep(api: Api): FollowedSweep {
  const outline = shallowRef<FollowedSweep['outline']['value']>(null);
  const progress = shallowRef<SweepProgress | null>(null);
  const error = shallowRef('');
  let isAsking = false;
  let isStale = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(): Promise<void> {
    const [plan, next] = await Promise.all([outline.value ?? api.sweep(), api.sweepProgress()]);
    outline.value = plan;
    progress.value = next;
    if (next.pending > 0) isStale = true;
    error.value = '';
  }

  /** Asks now, or once the answer that is under way has come and the pause is over. */
  function refresh(): void {
    isStale = true;
    if (isAsking || timer !== undefined) return;
    isStale = false;
    isAsking = true;
    void ask()
      .catch((failure: unknown) => {
        if (failure instanceof RequestError && failure.status === 404) outline.value = undefined;
        else error.value = errorMessage(failure);
      })
      .finally(() => {
        isAsking = false;
        timer = setTimeout(resume, PAUSE);
      });
  }

  function resume(): void {
    timer = undefined;
    if (isStale) refresh();
  }

  followRuns(api, refresh);
  refresh();
  onScopeDispose(() => clearTimeout(timer));
  return { outline, progress, error };
}
