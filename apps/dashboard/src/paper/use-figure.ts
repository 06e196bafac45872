import type { FigureRecord } from '@fdr/records';
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import type { Api } from '../feed/api.js';
import { errorMessage } from '../feed/error-message.js';
import { usePolled } from '../feed/use-polled.js';

/** A figure as its page sees it. */
interface WatchedFigure {
  readonly figure: Readonly<ShallowRef<FigureRecord | null>>;
  /** Why the figure could not be fetched; empty if it was. */
  readonly error: ComputedRef<string>;
}

/** Fetches a figure, and again whenever it has been drawn anew: the experiment behind it may still be running. */
export function useFigure(api: Api, figureId: () => string): WatchedFigure {
  const { data: list, error: listError } = usePolled(() => api.figures());
  const figure = shallowRef<FigureRecord | null>(null);
  const figureError = shallowRef('');
  const drawnAt = computed(() => list.value?.figures.find(({ id }) => id === figureId())?.drawnAt);

  async function fetchFigure(): Promise<void> {
    const id = figureId();
    try {
      const fetched = await api.figure(id);
      if (id !== figureId()) return;
      figure.value = fetched;
      figureError.value = '';
    } catch (error) {
      if (id === figureId()) figureError.value = errorMessage(error);
    }
  }
  watch([figureId, drawnAt], fetchFigure, { immediate: true });
  return { figure, error: computed(() => figureError.value || listError.value) };
}
