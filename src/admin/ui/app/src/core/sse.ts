// Server-sent events by `fetch`: `EventSource` gives up for good at the first answer that is no success, and tells no reason.
//
// Invariant: the id of the last event goes with every new connection, so that a stream goes on where it broke.
import { ApiError, asError, open } from './api';
import { answered, pause, silent, visible, wait } from './connection';

export interface SseEvent {
  event: string;
  data: string;
  id: string;
}

export interface Follow {
  onEvent: (event: SseEvent) => void;
  /** Connected or not; an error if the server refused. */
  onState?: (state: 'open' | 'waiting' | 'ended', error?: ApiError) => void;
  /** Whether a stream that ended is the end, or is opened again. */
  isEnd?: () => boolean;
  /** Where to begin. */
  lastId?: string;
}

/** Follows until the signal stops it. */
export async function follow(path: string, follow: Follow, stop: AbortSignal): Promise<void> {
  let lastId = follow.lastId ?? '';
  for (let tries = 0; !stop.aborted; tries += 1) {
    await visible(stop);
    if (stop.aborted) return;
    try {
      const headers: Record<string, string> = lastId ? { 'last-event-id': lastId } : {};
      const response = await open(path, { accept: 'text/event-stream', signal: stop, headers });
      follow.onState?.('open');
      for await (const event of events(response)) {
        tries = 0;
        if (event.id) lastId = event.id;
        follow.onEvent(event);
      }
      if (follow.isEnd?.()) return follow.onState?.('ended');
      follow.onState?.('waiting');
    } catch (error) {
      if (stop.aborted) return;
      const failure = error instanceof ApiError ? error : undefined;
      if (failure && failure.status >= 400 && failure.status < 500 && failure.status !== 429) return follow.onState?.('ended', failure);
      if (!failure) silent();
      follow.onState?.('waiting', failure ?? asError(error));
    }
    await pause(wait(tries), stop);
  }
}

/** The events of an answer. */
async function* events(response: Response): AsyncGenerator<SseEvent> {
  let event = { event: 'message', data: '', id: '' };
  let hasData = false;
  for await (const line of lines(response)) {
    if (line === '') {
      if (hasData) yield event;
      event = { event: 'message', data: '', id: '' };
      hasData = false;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') {
      event.data = hasData ? `${event.data}\n${value}` : value;
      hasData = true;
    } else if (name === 'event') event.event = value;
    else if (name === 'id') event.id = value;
  }
}

/** A stream that says nothing for longer than this is dead: the server sends a comment every 15 seconds. */
const SILENCE_MS = 45_000;

function inTime<T>(read: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The stream is silent.')), SILENCE_MS);
    read.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The lines of an answer, as they come. */
export async function* lines(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      answered();
      if (done) break;
      const whole = (rest + value).split('\n');
      rest = whole.pop() ?? '';
      for (const line of whole) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
  if (rest !== '') yield rest;
}
