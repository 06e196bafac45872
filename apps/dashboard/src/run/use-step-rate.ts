import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import { isActive, type Run } from '@fdr/records';
import type { StepSeries } from '@fdr/figures';

/** Milliseconds over which the rate is measured. */
const WINDOW = 10_000;

/** What is read of a run's history. */
interface GrowingRun {
  readonly run: Run;
  readonly steps: StepSeries;
}

/**
 * Steps a second as they arrive, over the last ten seconds; undefined before there are two readings, and while the run does not train.
 *
 * @param now monotonic milliseconds.
 */
export function useStepRate(
  history: Readonly<ShallowRef<GrowingRun | null>>,
  now: () => number = () => performance.now(),
): ComputedRef<number | undefined> {
  const readings = shallowRef<readonly { readonly time: number; readonly steps: number }[]>([]);
  watch(
    history,
    (grown) => {
      if (grown?.run.status !== 'running') readings.value = [];
      else {
        const recent = readings.value.filter(({ time, steps }) => now() - time < WINDOW && steps <= grown.steps.steps);
        readings.value = [...recent, { time: now(), steps: grown.steps.steps }];
      }
    },
    { flush: 'sync', immediate: true },
  );
  return computed(() => {
    const [first, last] = [readings.value[0], readings.value.at(-1)];
    if (!first || !last || !history.value || !isActive(history.value.run.status)) return undefined;
    const rate = (1000 * (last.steps - first.steps)) / (last.time - first.time);
    return rate > 0 && Number.isFinite(rate) ? rate : undefined;
  });
}
