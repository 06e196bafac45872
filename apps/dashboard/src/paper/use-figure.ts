import type { FigureRecord } from '@fdr/records';
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import type { Api } from '../feed/api.js';
import { usePolled } from '../feed/use-polled.js';

export interface WatchedFigure {
  readonly figure: Readonly<ShallowRef<FigureRecord | null>>;
  /** Why it can't be shown; empty while it can. */
  readonly problem: ComputedRef<string>;
}

/** A figure, fetched again whenever it has been drawn again: its experiment may still be under way. */
export function useFigure(api: Api, figureId: () => string): WatchedFigure {
  const { answer, problem } = usePolled(() => api.figures());
  const figure = shallowRef<FigureRecord | null>(null);
  const refusal = shallowRef('');
  const drawnAt = computed(() => answer.value?.figures.find(({ id }) => id === figureId())?.drawnAt);

  async function fetchFigure(): Promise<void> {
    const id = figureId();
    try {
      const found = await api.figure(id);
      if (id === figureId()) [figure.value, refusal.value] = [found, ''];
    } catch (error) {
      refusal.value = error instanceof Error ? error.message : String(error);
    }
  }
  watch([figureId, drawnAt], fetchFigure, { immediate: true });
  return { figure, problem: computed(() => refusal.value || problem.value) };
}
