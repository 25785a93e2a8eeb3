// The history of figures: for one chart page, and in batches for the rows of a table that can be seen.
//
// Invariant: one request asks for at most 64 functions, and rows that cannot be seen are not asked for.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, asError } from './api';
import { pause, visible } from './connection';
import { isMissing } from './poll';
import type { History } from './types';

/** The most functions of one request. */
const BATCH = 64;
const EVERY_MS = 5000;

/** The last five minutes of the functions whose rows were seen lately. */
export const histories = signal<ReadonlyMap<string, History>>(new Map());

/** Whether this Skep records none. */
export const isWithoutHistory = signal(false);

/** Keeps the histories of these functions new as long as the component is shown. */
export function useHistories(names: string[]): void {
  const key = names.join(' ');
  useEffect(() => {
    const stop = new AbortController();
    void run(names, stop.signal);
    return () => stop.abort();
  }, [key]);
}

async function run(names: string[], stop: AbortSignal): Promise<void> {
  // Rows that fly past while somebody scrolls are not worth a request.
  await pause(120, stop);
  while (!stop.aborted && names.length > 0 && !isWithoutHistory.peek()) {
    await visible(stop);
    await load(names, stop);
    await pause(EVERY_MS, stop);
  }
}

async function load(names: string[], stop: AbortSignal): Promise<void> {
  for (let first = 0; first < names.length && !stop.aborted; first += BATCH) {
    const query = names.slice(first, first + BATCH).map((name) => `function=${encodeURIComponent(name)}`);
    try {
      const got = await ask<History[]>(`/history?range=5m&${query.join('&')}`, { signal: stop });
      // Only what is seen is kept: memory does not grow with scrolling.
      const next = new Map([...histories.peek()].filter(([name]) => names.includes(name)));
      for (const history of got) if (history.function !== null) next.set(history.function, history);
      histories.value = next;
    } catch (error) {
      if (stop.aborted) return;
      if (isMissing(asError(error))) isWithoutHistory.value = true;
      return;
    }
  }
}

/** Seconds since 1970 of each point. */
export function timesOf(history: History): number[] {
  const length = history.calls.length;
  return history.calls.map((_, index) => Math.round(history.end_ms / 1000) - (length - 1 - index) * history.step_s);
}

/** Per second, whatever the step is. */
export const perSecond = (points: (number | null)[], step: number): (number | null)[] => points.map((point) => (point === null ? null : point / step));

export const lastOf = (points: (number | null)[] | undefined): number | null => {
  for (let at = (points?.length ?? 0) - 1; at >= 0; at -= 1) {
    const point = points?.[at];
    if (point !== null && point !== undefined) return point;
  }
  return null;
};
