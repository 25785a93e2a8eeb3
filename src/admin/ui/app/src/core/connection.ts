// Whether the server answers.
//
// `api` and `sse` report each answer and each silence; the shell shows a line while there is none, and pages keep what they had.
//
// Invariant: nothing asks a silent server more often than the wait says, however many parts of a page want to.
import { computed, signal } from '@preact/signals';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

const silentSince = signal<number | null>(null);

export const isLost = computed(() => silentSince.value !== null);
export const lostSince = computed(() => silentSince.value);

export function answered(): void {
  if (silentSince.peek() !== null) silentSince.value = null;
}

export function silent(): void {
  if (silentSince.peek() === null) silentSince.value = Date.now();
}

/** How long to wait before the next try: doubling, and spread so that many pages do not come at once. */
export function wait(tries: number): number {
  const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10));
  return doubled * (0.75 + Math.random() / 2);
}

/** Ends after so long, or at once if the signal stops it or the page is looked at again. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('online', end);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const seen = (): void => {
      if (!document.hidden) end();
    };
    const timer = setTimeout(end, ms);
    document.addEventListener('visibilitychange', seen);
    addEventListener('online', end);
    stop.addEventListener('abort', end);
    if (stop.aborted) end();
  });
}

/** Ends when somebody looks at the page. */
export function visible(stop: AbortSignal): Promise<void> {
  if (!document.hidden || stop.aborted) return Promise.resolve();
  return pause(2 ** 31 - 1, stop);
}
