import { figures, timeline, type Figure, type Range, type Scale } from '@fdr/figures';
import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQuery, type LocationQueryRaw } from 'vue-router';

/** The view of all figures that the visitor chose. It is kept in the address, so a reload or a shared link shows the same. */
export interface ChosenView {
  /** Scale of every horizontal axis. */
  readonly x: ComputedRef<Scale>;
  /** Visible epochs; null shows all, new ones included. */
  readonly range: ComputedRef<Range | null>;
  /** Scale of the vertical axis of one figure. */
  readonly y: (figure: Figure) => Scale;
  readonly setX: (scale: Scale) => void;
  readonly setY: (figure: Figure, scale: Scale) => void;
  readonly setRange: (range: Range | null) => void;
  /** Whether the range moves along with the end of the run. */
  readonly follows: ComputedRef<boolean>;
  /** Shows so many of the last epochs, new ones included. */
  readonly follow: (epochs: number) => void;
}

function scaleOf(value: unknown): Scale | null {
  return value === 'linear' || value === 'log' ? value : null;
}

/** The range of epochs in an address; null where it has none, or an invalid one. */
function rangeOfQuery({ from, to }: LocationQuery): Range | null {
  const range = { from: Number(from ?? NaN), to: Number(to ?? NaN) };
  return range.from >= 0 && range.to > range.from && Number.isFinite(range.to) ? range : null;
}

/** How many of the last epochs an address asks for; null where it does not. */
function tailOfQuery({ tail }: LocationQuery): number | null {
  const epochs = Number(tail ?? NaN);
  return epochs > 0 && Number.isFinite(epochs) ? epochs : null;
}

const keyOf = ({ id }: Figure): string => `y-${id}`;

/**
 * Reads the view from the address and writes changes back to it. The address names only what differs from the default.
 *
 * @param end epochs done.
 */
export function useView(end: () => number = () => 0): ChosenView {
  const route = useRoute();
  const router = useRouter();

  function change(changes: LocationQueryRaw): void {
    const query: LocationQueryRaw = { ...route.query, ...changes };
    void router.replace({
      query: Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)),
    });
  }

  const tail = computed(() => tailOfQuery(route.query));
  const range = computed(() =>
    tail.value !== null && end() > 0 ? { from: Math.max(0, end() - tail.value), to: end() } : rangeOfQuery(route.query),
  );
  const scales = computed(
    () =>
      new Map([timeline, ...figures].map((figure) => [figure.id, scaleOf(route.query[keyOf(figure)]) ?? figure.scale])),
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
        tail: undefined,
      }),
    follows: computed(() => tail.value !== null),
    follow: (epochs) => change({ from: undefined, to: undefined, tail: Number(epochs.toPrecision(6)) }),
  };
}
