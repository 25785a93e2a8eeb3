// The window of a long list: only the rows that can be seen are in the page.
//
// The page itself scrolls; the rows above and below the window are one tall row each. Rows have one height.
//
// Invariant: the work of a frame depends on the height of the screen and never on the length of the list.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';

/** Rows that are ready beyond the edge, so that a quick scroll shows no gap. */
const SPARE_ROWS = 8;

export interface Window {
  first: number;
  /** The row behind the last one. */
  end: number;
}

/** The window over `length` rows of `height` pixels below the top of the element. */
export function useWindow<E extends HTMLElement>(length: number, height: number): { rows: preact.RefObject<E | null>; window: Window } {
  const rows = useRef<E>(null);
  const seen = useSignal<Window>({ first: 0, end: Math.min(length, 60) });
  useLayoutEffect(() => {
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const element = rows.current;
      if (!element) return;
      const scroller = element.closest<HTMLElement>('[data-scroller]');
      const box = scroller?.getBoundingClientRect();
      const above = (box ? box.top : 0) - element.getBoundingClientRect().top;
      const shown = box ? box.height : innerHeight;
      const first = Math.max(0, Math.floor(above / height) - SPARE_ROWS);
      const end = Math.min(length, Math.ceil((above + shown) / height) + SPARE_ROWS);
      const next = { first: Math.min(first, length), end: Math.max(end, Math.min(first, length)) };
      if (next.first !== seen.peek().first || next.end !== seen.peek().end) seen.value = next;
    };
    const later = (): void => {
      if (frame === 0) frame = requestAnimationFrame(measure);
    };
    measure();
    addEventListener('scroll', later, { passive: true, capture: true });
    addEventListener('resize', later, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later, { capture: true });
      removeEventListener('resize', later);
    };
  }, [length, height]);
  const { first, end } = seen.value;
  return { rows, window: { first: Math.min(first, length), end: Math.min(end, length) } };
}

/** Takes the place of rows that are not in the page. One cell is enough for the height, and makes no columns that are not there. */
export function Gap({ rows, height }: { rows: number; height: number }) {
  if (rows <= 0) return null;
  return (
    <tr class="gap" aria-hidden="true">
      <td style={{ height: `${rows * height}px` }} />
    </tr>
  );
}
