// Signing in and out.
//
// Invariant: a token that was typed is in no address, no storage and no log.
import { signal } from '@preact/signals';
import { ApiError, ask } from './api';
import { pause, wait } from './connection';
import { session } from './session';
import type { Session } from './types';

/** Why nobody may sign in here, if that is so: no token exists and the page is not on this machine. */
export const refusal = signal('');

/** Asks until the server says who we are. */
export async function findSession(): Promise<void> {
  const never = new AbortController().signal;
  for (let tries = 0; ; tries += 1) {
    try {
      session.value = await ask<Session>('/ui/session');
      return;
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
        refusal.value = error.status === 403 ? error.message : '';
        session.value = null;
        return;
      }
    }
    await pause(wait(tries), never);
  }
}

export async function signIn(token: string): Promise<void> {
  session.value = await ask<Session>('/ui/session', { method: 'POST', body: { token } });
}

export async function signOut(): Promise<void> {
  await ask('/ui/session', { method: 'DELETE' });
  session.value = null;
}
