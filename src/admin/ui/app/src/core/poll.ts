// Data that is asked for again and again while its page is looked at.
//
// Invariant: one request of a poll at a time; a hidden page asks nothing; a silent server is asked with growing waits, and what was known stays.
import { useEffect, useMemo } from 'preact/hooks';
import { signal, type Signal } from '@preact/signals';
import { ApiError, asError, ask } from './api';
import { pause, visible, wait } from './connection';

/** How often something is asked for that this Skep does not have: another engine may have it. */
const MISSING_MS = 60_000;

/** Longest wait for an answer. */
const ANSWER_MS = 30_000;

export interface Poll<T> {
  data: Signal<T | undefined>;
  /** Why there is no newer data. */
  error: Signal<ApiError | undefined>;
  /** Asks again at once. */
  reload: () => void;
}

/** Whether this Skep does not have the operation at all, or not what was asked for. */
export const isMissing = (error: ApiError | undefined): boolean => error?.status === 404;

/** Asks for `path` every so many milliseconds; `null`: not at all. Zero: once, and again when reloaded. */
export function usePoll<T>(path: string | null, everyMs: number): Poll<T> {
  const poll = useMemo(() => {
    const reloads = signal(0);
    return { data: signal<T | undefined>(undefined), error: signal<ApiError | undefined>(undefined), reloads, last: { path: '' } };
  }, []);
  const count = poll.reloads.value;
  useEffect(() => {
    if (path === null) return undefined;
    if (poll.last.path !== path) {
      // Another thing is asked for: the data of the one before would be wrong under its name.
      const sameThing = poll.last.path.split('?')[0] === path.split('?')[0];
      if (!sameThing) poll.data.value = undefined;
      poll.error.value = undefined;
      poll.last.path = path;
    }
    const stop = new AbortController();
    void run(path, everyMs, poll, stop.signal);
    return () => stop.abort();
  }, [path, everyMs, count]);
  return useMemo(() => ({ data: poll.data, error: poll.error, reload: () => (poll.reloads.value = poll.reloads.peek() + 1) }), []);
}

async function run<T>(
  path: string,
  everyMs: number,
  poll: { data: Signal<T | undefined>; error: Signal<ApiError | undefined> },
  stop: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    await visible(stop);
    if (stop.aborted) return;
    try {
      const data = await ask<T>(path, { signal: AbortSignal.any([stop, AbortSignal.timeout(ANSWER_MS)]) });
      if (stop.aborted) return;
      poll.data.value = data;
      poll.error.value = undefined;
      failures = 0;
    } catch (error) {
      if (stop.aborted) return;
      poll.error.value = asError(error);
      failures += 1;
    }
    const failed = poll.error.peek();
    if (!failed && everyMs === 0) return;
    await pause(failed ? (isMissing(failed) ? MISSING_MS : wait(failures)) : everyMs, stop);
  }
}
