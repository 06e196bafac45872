import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/** What is shown of the list of runs. It is kept in the address, so that a reload or a shared link shows the same. */
interface ListView {
  readonly filter: WritableComputedRef<string>;
  readonly sort: WritableComputedRef<string>;
  readonly isGrouped: WritableComputedRef<boolean>;
  /** Sorts by a field; downwards, where it is sorted by it upwards. */
  readonly sortBy: (field: string) => void;
  /** Shows the runs that a filter lets through, one by one. */
  readonly showEach: (filter: string) => void;
}

/** Reads the view from the address and writes changes back to it. */
export function useListView(): ListView {
  const route = useRoute();
  const router = useRouter();

  function change(changes: Readonly<Record<string, string>>): void {
    const given = Object.entries({ ...route.query, ...changes }).filter(([, value]) => value !== '');
    void router.replace({ query: Object.fromEntries(given) });
  }

  const parameter = (name: string): WritableComputedRef<string> =>
    computed({
      get: () => [route.query[name]].flat()[0] ?? '',
      set: (value) => change({ [name]: value }),
    });

  const sort = parameter('sort');
  const group = parameter('group');
  return {
    filter: parameter('filter'),
    sort,
    isGrouped: computed({
      get: () => group.value === 'seeds',
      set: (value) => (group.value = value ? 'seeds' : ''),
    }),
    sortBy: (field) => {
      sort.value = sort.value === field ? `-${field}` : field;
    },
    showEach: (filter) => change({ filter, group: '' }),
  };
}
