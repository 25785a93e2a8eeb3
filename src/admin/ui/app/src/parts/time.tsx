// A time, as a distance from now or as local clock time; UTC shows on hover.
//
// Invariant: one clock ticks for all of them, and it stands still while the page is hidden.
import { computed, signal } from '@preact/signals';
import { clock, local, relative, utc } from '../core/format';

const TICK_MS = 1000;

export const now = signal(Date.now());
const minute = computed(() => Math.floor(now.value / 10_000) * 10_000);

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, TICK_MS);
}

/** `3 min ago`. Seconds matter within the first minute alone. */
export function Ago({ ms }: { ms: number }) {
  const reference = Math.abs(ms - minute.value) < 70_000 ? now.value : minute.value;
  return (
    <time dateTime={new Date(ms).toISOString()} title={`${local(ms)} · ${utc(ms)}`}>
      {relative(ms, reference)}
    </time>
  );
}

export function Clock({ ms, exact = false }: { ms: number; exact?: boolean }) {
  return (
    <time dateTime={new Date(ms).toISOString()} title={utc(ms)}>
      {exact ? clock(ms, true) : local(ms)}
    </time>
  );
}
