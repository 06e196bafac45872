import { COMPARED_RUN_COLORS } from '@fdr/figures';
import { runId } from '@fdr/records';
import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQuery } from 'vue-router';

/** As many as can be told apart by colour. */
export const MOST_RUNS = COMPARED_RUN_COLORS.length;

/** Runs that the visitor has chosen. They live in the address, `?run=a&run=b`: a reload, or another person, sees the same. */
export interface ChosenRuns {
  /** Ids, in the order of choosing. */
  readonly chosen: ComputedRef<readonly string[]>;
  readonly choose: (id: string, wanted: boolean) => void;
}

/** The runs an address names, each once; what can't be a run's id is left out. */
export function runsOfQuery({ run = [] }: LocationQuery): string[] {
  const ids = [run].flat().filter((id) => id !== null && runId.safeParse(id).success);
  return [...new Set(ids as string[])].slice(0, MOST_RUNS);
}

export function useChosenRuns(): ChosenRuns {
  const route = useRoute();
  const router = useRouter();
  const chosen = computed(() => runsOfQuery(route.query));
  return {
    chosen,
    choose: (id, wanted) => {
      const others = chosen.value.filter((other) => other !== id);
      void router.replace({ query: { ...route.query, run: wanted ? [...others, id] : others } });
    },
  };
}
