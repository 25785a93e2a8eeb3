// Who looks at the page, and what their token lets them do.
//
// The token itself is sent once and kept nowhere: the cookie that answers it cannot be read by scripts.
//
// Invariant: what a page offers follows from the scope here; what is allowed is decided by the API alone.
import { computed, signal } from '@preact/signals';
import type { Scope, Session } from './types';

const ORDER: Scope[] = ['read', 'deploy', 'debug', 'admin'];

/** `undefined` until the server said; `null` if it wants a token. */
export const session = signal<Session | null | undefined>(undefined);

const reach = computed(() => (session.value ? ORDER.indexOf(session.value.scope) : -1));
export const mayRead = computed(() => reach.value >= 0);
export const mayDeploy = computed(() => reach.value >= ORDER.indexOf('deploy'));
export const mayAdmin = computed(() => reach.value >= ORDER.indexOf('admin'));

export function signedOut(): void {
  if (session.peek() !== null) session.value = null;
}
