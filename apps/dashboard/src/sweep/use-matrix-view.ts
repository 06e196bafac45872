import type { SweepOutline } from '@fdr/records';
import { computed, type ComputedRef, type Ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { defaultAxes, MEASURES, type MatrixView, type Measure } from './matrix.js';

const isMeasure = (name: string | null | undefined): name is Measure => typeof name === 'string' && name in MEASURES;

/** Which matrix is shown. It is kept in the address: `show`, `rows`, `columns`, and `only.NAME` for each setting of one value alone. */
export function useMatrixView(outline: Readonly<Ref<SweepOutline | null | undefined>>): {
  readonly view: ComputedRef<MatrixView | undefined>;
  readonly change: (parameter: string, value: string) => void;
} {
  const route = useRoute();
  const router = useRouter();
  const parameter = (name: string): string | null | undefined => [route.query[name]].flat()[0];

  const view = computed(() => {
    if (!outline.value) return undefined;
    const { settings } = outline.value;
    const axes = defaultAxes(outline.value);
    const axis = (name: 'rows' | 'columns'): string => {
      const given = parameter(name);
      return typeof given === 'string' && (given === '' || settings.includes(given)) ? given : axes[name];
    };
    const measure = parameter('show');
    return {
      rows: axis('rows'),
      columns: axis('columns'),
      measure: isMeasure(measure) ? measure : 'state',
      only: Object.fromEntries(settings.map((name) => [name, parameter(`only.${name}`) ?? ''])),
    };
  });

  return { view, change: (name, value) => void router.replace({ query: { ...route.query, [name]: value } }) };
}
