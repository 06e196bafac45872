import { figures, type Figure, type Range, type Scale } from '@fdr/figures';
import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQuery, type LocationQueryRaw } from 'vue-router';

/** How the page's visitor looks at all figures. It lives in the address: a reload, or another person, sees the same. */
export interface ChosenView {
  readonly x: ComputedRef<Scale>;
  /** Epochs in sight; null shows all, new ones included. */
  readonly range: ComputedRef<Range | null>;
  readonly y: (figure: Figure) => Scale;
  readonly setX: (scale: Scale) => void;
  readonly setY: (figure: Figure, scale: Scale) => void;
  readonly setRange: (range: Range | null) => void;
}

function scaleOf(value: unknown): Scale | null {
  return value === 'linear' || value === 'log' ? value : null;
}

/** The range an address asks for; null where it asks for none, or for nonsense. */
export function rangeOfQuery({ from, to }: LocationQuery): Range | null {
  const range = { from: Number(from ?? NaN), to: Number(to ?? NaN) };
  return range.from >= 0 && range.to > range.from && Number.isFinite(range.to) ? range : null;
}

const keyOf = ({ id }: Figure): string => `y-${id}`;

export function useView(): ChosenView {
  const route = useRoute();
  const router = useRouter();

  function change(part: LocationQueryRaw): void {
    const query: LocationQueryRaw = { ...route.query, ...part };
    void router.replace({
      query: Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)),
    });
  }

  const range = computed(() => rangeOfQuery(route.query));
  const scales = computed(
    () => new Map(figures.map((figure) => [figure.id, scaleOf(route.query[keyOf(figure)]) ?? figure.scale])),
  );
  return {
    x: computed(() => scaleOf(route.query['x']) ?? 'linear'),
    range,
    y: (figure) => scales.value.get(figure.id) ?? figure.scale,
    setX: (scale) => change({ x: scale === 'linear' ? undefined : scale }),
    setY: (figure, scale) => change({ [keyOf(figure)]: scale === figure.scale ? undefined : scale }),
    setRange: (chosen) =>
      change({
        from: chosen ? Number(chosen.from.toPrecision(6)) : undefined,
        to: chosen ? Number(chosen.to.toPrecision(6)) : undefined,
      }),
  };
}
