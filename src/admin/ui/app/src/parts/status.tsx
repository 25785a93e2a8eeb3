// Words for states, each with a shape of its own, so that colour is never the only difference.
//
// Invariant: a tone is one of five, and every page means the same by it.
import type { FunctionStatus, Health, ReleaseStatus, StepState } from '../core/types';

export type Tone = 'ok' | 'bad' | 'warn' | 'info' | 'idle';

const SHAPES: Record<Tone, string> = {
  ok: 'M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3z',
  bad: 'M8 2.200 13.800 8 8 13.800 2.200 8z',
  warn: 'M8 2.500 14 13H2z',
  info: 'M3.500 3.500h9v9h-9z',
  idle: 'M8 4a4 4 0 1 1 0 8a4 4 0 0 1 0-8z',
};

export function Dot({ tone }: { tone: Tone }) {
  return (
    <svg class={`dot tone-${tone}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={SHAPES[tone]} />
    </svg>
  );
}

export function Badge({ tone, children }: { tone: Tone; children: preact.ComponentChildren }) {
  return (
    <span class={`badge tone-${tone}`}>
      <Dot tone={tone} />
      {children}
    </span>
  );
}

export const healthTone: Record<Health, Tone> = { ok: 'ok', faulting: 'warn', quarantined: 'bad', broken: 'bad', idle: 'idle' };
export const statusTone: Record<FunctionStatus, Tone> = { live: 'ok', registered: 'idle', broken: 'bad', quarantined: 'bad' };
export const releaseTone: Record<ReleaseStatus, Tone> = {
  waiting: 'idle',
  running: 'info',
  done: 'ok',
  undone: 'bad',
  cancelled: 'idle',
  superseded: 'idle',
};
export const stepTone: Record<StepState, Tone> = { pending: 'idle', running: 'info', done: 'ok', skipped: 'idle', failed: 'bad' };

/** The tone of an HTTP status. */
export const httpTone = (status: number | null | undefined): Tone =>
  status === null || status === undefined ? 'idle' : status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'ok';
