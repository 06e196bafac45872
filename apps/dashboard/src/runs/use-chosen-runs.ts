import { COMPARED_RUN_COLORS } from '@fdr/figures';
import { runId } from '@fdr/records';
import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQuery } from 'vue-router';

/** The number of runs that can be compared at once: one per colour. */
export const MAX_COMPARED_RUNS = COMPARED_RUN_COLORS.length;

/** The runs that the visitor chose. They are kept in the address, `?run=a&run=b`, so a reload or a shared link shows the same. */
interface ChosenRuns {
  /** Ids, in the order of choosing. */
  readonly chosen: ComputedRef<readonly string[]>;
  /** Adds a run to the choice, or removes it. */
  readonly choose: (id: string, isChosen: boolean) => void;
}

/** The runs named in an address, each once and no more than can be compared. What cannot be the id of a run is left out. */
function runsOfQuery({ run = [] }: LocationQuery): string[] {
  const ids = [run].flat().flatMap((id) => runId.safeParse(id).data ?? []);
  return [...new Set(ids)].slice(0, MAX_COMPARED_RUNS);
}

/** Reads the chosen runs from the address and writes changes back to it. */
export function useChosenRuns(): ChosenRuns {
  const route = useRoute();
  const router = useRouter();
  const chosen = computed(() => runsOfQuery(route.query));
  return {
    chosen,
    choose: (id, isChosen) => {
      const others = chosen.value.filter((other) => other !== id);
      void router.replace({ query: { ...route.query, run: isChosen ? [...others, id] : others } });
    },
  };
}
