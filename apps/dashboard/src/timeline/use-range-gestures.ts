import type { Range, Scale } from '@fdr/figures';
import { useEventListener } from '@vueuse/core';
import type { ShallowRef } from 'vue';
import { panned, zoomed } from './range-gestures.js';

/** What gestures act on. */
interface GestureTarget {
  /** Fraction of the horizontal axis at a position on the screen. */
  readonly fractionAt: (clientX: number) => number;
  readonly visible: () => Range;
  readonly whole: () => Range;
  readonly scale: () => Scale;
  readonly set: (range: Range | null) => void;
  readonly undo: () => void;
}

/** By how much a key zooms and pans. */
const KEY_ZOOM = 0.7;
const KEY_PAN = 0.2;

/**
 * Zoom and pan of an element: Ctrl and the wheel, or a pinch, zooms where the pointer is; Shift and the wheel, or a sideways one, pans; a wheel
 * alone scrolls the page. With the focus on the element itself, arrows pan, + and - zoom, 0 shows all and U undoes.
 */
export function useRangeGestures(element: Readonly<ShallowRef<HTMLElement | null>>, target: GestureTarget): void {
  const { fractionAt, visible, whole, scale, set, undo } = target;
  const zoom = (fraction: number, factor: number): void => set(zoomed(visible(), fraction, factor, whole(), scale()));
  const pan = (fraction: number): void => set(panned(visible(), fraction, whole(), scale()));

  useEventListener(
    element,
    'wheel',
    (event: WheelEvent) => {
      const sideways = event.shiftKey ? event.deltaY + event.deltaX : event.deltaX;
      if (event.ctrlKey) zoom(fractionAt(event.clientX), Math.exp(event.deltaY / 200));
      else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(sideways / 800);
      else return;
      event.preventDefault();
    },
    { passive: false },
  );

  useEventListener(element, 'keydown', (event: KeyboardEvent) => {
    if (event.target !== element.value || event.ctrlKey || event.metaKey || event.altKey) return;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => pan(-KEY_PAN),
      ArrowRight: () => pan(KEY_PAN),
      '+': () => zoom(0.5, KEY_ZOOM),
      '=': () => zoom(0.5, KEY_ZOOM),
      '-': () => zoom(0.5, 1 / KEY_ZOOM),
      '0': () => set(null),
      u: undo,
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (!action) return;
    event.preventDefault();
    action();
  });

  usePinch(element, (from, to) => {
    const [left = 0, right = 1] = [...from].sort((one, other) => one - other).map(fractionAt);
    const [newLeft = 0, newRight = 1] = [...to].sort((one, other) => one - other).map(fractionAt);
    if (newRight - newLeft > 0.02) zoom((left + right) / 2, (right - left) / (newRight - newLeft));
  });
}

/** Two fingers on an element: reports where they were and where they are. What they do is kept from the element's own listeners. */
function usePinch(
  element: Readonly<ShallowRef<HTMLElement | null>>,
  onPinch: (from: readonly number[], to: readonly number[]) => void,
): void {
  const fingers = new Map<number, number>();
  let pinching = false;
  const capture = { capture: true };

  useEventListener(
    element,
    'pointerdown',
    (event: PointerEvent) => {
      if (event.pointerType !== 'touch') return;
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size !== 2) return;
      pinching = true;
      event.stopPropagation();
      // The first finger had begun to select a range.
      event.target?.dispatchEvent(new PointerEvent('pointercancel', { bubbles: true }));
    },
    capture,
  );
  useEventListener(
    element,
    'pointermove',
    (event: PointerEvent) => {
      if (!fingers.has(event.pointerId)) return;
      const before = [...fingers.values()];
      fingers.set(event.pointerId, event.clientX);
      if (!pinching) return;
      event.stopPropagation();
      if (fingers.size === 2) onPinch(before, [...fingers.values()]);
    },
    capture,
  );
  for (const end of ['pointerup', 'pointercancel'] as const)
    useEventListener(
      element,
      end,
      (event: PointerEvent) => {
        if (!fingers.delete(event.pointerId)) return;
        if (pinching) event.stopPropagation();
        if (fingers.size === 0) pinching = false;
      },
      capture,
    );
}
