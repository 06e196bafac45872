import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router';

/** The number of the decision that is open, from 1 on; null: none. It is kept in the address, so that it can be shared. */
export function useDecision(): WritableComputedRef<number | null> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const number = Number(route.query['decision'] ?? NaN);
      return Number.isInteger(number) && number > 0 ? number : null;
    },
    set: (number) => {
      const query: LocationQueryRaw = { ...route.query, decision: number ?? undefined };
      void router.replace({ query });
    },
  });
}
