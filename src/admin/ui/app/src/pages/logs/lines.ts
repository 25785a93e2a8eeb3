// The lines of the log that the page holds: searched, added to as older ones are wanted, or followed as they come.
//
// Invariant: newest first; at most `HELD_MAX`; a line that comes twice is there once.
import { useEffect, useMemo } from 'preact/hooks';
import { batch, signal, type Signal } from '@preact/signals';
import { at, asError, open, type ApiError } from '../../core/api';
import { pause, wait } from '../../core/connection';
import { follow, lines as linesOf } from '../../core/sse';
import type { LogLine } from '../../core/types';
import { HELD_MAX, PAGE } from './query';

export interface Held {
  lines: Signal<LogLine[]>;
  state: Signal<'loading' | 'ready' | 'following' | 'waiting'>;
  error: Signal<ApiError | undefined>;
  hasMore: Signal<boolean>;
  /** Lines that were written faster than they could be read. */
  missed: Signal<number>;
  older: () => Promise<void>;
}

/** The last flush of followed lines may wait so long: the page draws a few times a second, whatever comes. */
const FLUSH_MS = 150;

export function useLines(filters: Record<string, string>, since: string, isFollowing: boolean, reloads: number): Held {
  const held = useMemo<Held>(() => {
    const made: Held = {
      lines: signal([]),
      state: signal('loading'),
      error: signal(undefined),
      hasMore: signal(false),
      missed: signal(0),
      older: async () => undefined,
    };
    return made;
  }, []);
  const key = JSON.stringify([filters, since, isFollowing, reloads]);
  useEffect(() => {
    const stop = new AbortController();
    batch(() => {
      held.state.value = 'loading';
      held.error.value = undefined;
      held.missed.value = 0;
    });
    held.older = () => older(held, filters, since, stop.signal);
    void (isFollowing ? tail(held, filters, stop.signal) : search(held, filters, since, stop.signal));
    return () => stop.abort();
  }, [key]);
  return held;
}

/** Says whether there are more lines than the answer has. */
const MORE = 'x-skep-more';

async function read(path: string, stop: AbortSignal): Promise<{ lines: LogLine[]; more: boolean }> {
  const response = await open(path, { accept: 'application/x-ndjson', signal: stop });
  const lines: LogLine[] = [];
  for await (const text of linesOf(response)) {
    const line = parse(text);
    if (line) lines.push(line);
  }
  const more = response.headers.get(MORE);
  return { lines, more: more === null ? lines.length >= PAGE : more === 'true' };
}

function parse(text: string): LogLine | undefined {
  try {
    const line = JSON.parse(text) as LogLine;
    return typeof line.time === 'string' ? line : undefined;
  } catch {
    return undefined;
  }
}

async function search(held: Held, filters: Record<string, string>, since: string, stop: AbortSignal): Promise<void> {
  for (let tries = 0; !stop.aborted; tries += 1) {
    try {
      const { lines, more } = await read(at(['logs'], { ...filters, since, limit: PAGE, order: 'desc' }), stop);
      if (stop.aborted) return;
      batch(() => {
        held.lines.value = lines;
        held.hasMore.value = more;
        held.state.value = 'ready';
        held.error.value = undefined;
      });
      return;
    } catch (error) {
      if (stop.aborted) return;
      held.error.value = asError(error);
      held.state.value = 'ready';
      if (held.error.value.kind !== 'silent') return;
    }
    await pause(wait(tries), stop);
  }
}

async function older(held: Held, filters: Record<string, string>, since: string, stop: AbortSignal): Promise<void> {
  const last = held.lines.peek().at(-1);
  if (!last) return;
  try {
    const until = last.seq === undefined ? { until: last.time } : { before: last.seq };
    const { lines: got, more } = await read(at(['logs'], { ...filters, ...until, since, limit: PAGE, order: 'desc' }), stop);
    held.lines.value = unique([...held.lines.peek(), ...got]).slice(0, HELD_MAX);
    held.hasMore.value = more && held.lines.peek().length < HELD_MAX;
  } catch (error) {
    if (!stop.aborted) held.error.value = asError(error);
  }
}

async function tail(held: Held, filters: Record<string, string>, stop: AbortSignal): Promise<void> {
  let waiting: LogLine[] = [];
  held.lines.value = [];
  held.hasMore.value = false;
  const flush = (): void => {
    if (waiting.length === 0) return;
    held.lines.value = [...waiting.reverse(), ...held.lines.peek()].slice(0, HELD_MAX);
    waiting = [];
  };
  const timer = setInterval(flush, FLUSH_MS);
  stop.addEventListener('abort', () => clearInterval(timer));
  await follow(
    at(['logs'], { ...filters, follow: true }),
    {
      onEvent: ({ event, data }) => {
        const line = event === 'line' ? parse(data) : undefined;
        if (line) waiting.push(line);
        if (waiting.length > HELD_MAX) waiting = waiting.slice(-HELD_MAX);
        if (event === 'missed') held.missed.value += Number(data) || 0;
      },
      onState: (state, error) =>
        batch(() => {
          held.state.value = state === 'open' ? 'following' : 'waiting';
          held.error.value = state === 'open' ? undefined : error?.kind === 'silent' ? undefined : error;
        }),
    },
    stop,
  );
}

const idOf = (line: LogLine): string => `${line.function ?? ''} ${line.stream ?? ''} ${line.seq ?? ''} ${line.time} ${line.seq === undefined ? JSON.stringify(line) : ''}`;

function unique(lines: LogLine[]): LogLine[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    const id = idOf(line);
    return !seen.has(id) && seen.add(id);
  });
}
