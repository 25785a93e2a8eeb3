// Where the page is: the address below /ui/, as signals.
//
// Links are ordinary links; a click on one inside the page changes the address without loading. Filters live in the query, so every view has an
// address that can be sent to somebody.
//
// Invariant: the address is the only place where the choice of a view is kept.
import { batch, computed, signal } from '@preact/signals';

const BASE = '/ui';

const here = signal(location.pathname);
const search = signal(location.search);

/** Below /ui, without a slash at the end: `/`, `/logs`, `/functions/hello`. */
export const path = computed(() => {
  const below = here.value.startsWith(BASE) ? here.value.slice(BASE.length) : here.value;
  return below.replace(/\/+$/, '') || '/';
});

/** The decoded parts of the path. */
export const parts = computed(() => path.value.split('/').filter(Boolean).map(decode));

export const query = computed(() => new URLSearchParams(search.value));

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a view: its parts are escaped, empty values of the query left out. */
export function href(parts: (string | number)[], values: Record<string, string | number | undefined | null> = {}): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return `${BASE}/${parts.map((part) => encodeURIComponent(part)).join('/')}${text ? `?${text}` : ''}`;
}

function read(): void {
  batch(() => {
    here.value = location.pathname;
    search.value = location.search;
  });
}

export function navigate(to: string, { replace = false } = {}): void {
  const isOtherView = new URL(to, location.href).pathname !== location.pathname;
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  read();
  if (isOtherView) {
    scrollTo(0, 0);
    queueMicrotask(focusHeading);
  }
}

/** Changes values of the query; an empty one is taken away. A filter that is typed replaces the address, so that going back leaves the view. */
export function setQuery(values: Record<string, string | number | undefined | null>, { replace = true } = {}): void {
  const next = new URLSearchParams(search.peek());
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === '') next.delete(key);
    else next.set(key, String(value));
  }
  const text = next.toString();
  if (text === new URLSearchParams(search.peek()).toString()) return;
  navigate(`${location.pathname}${text ? `?${text}` : ''}`, { replace });
}

/** A screen reader hears of a new view by its heading. */
function focusHeading(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true }));
}

function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  const isPage = link.pathname.startsWith(`${BASE}/`) && !link.pathname.includes('.');
  if (!isPage || (link.hash && link.pathname === location.pathname)) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}

export function startRouter(): void {
  addEventListener('popstate', read);
  document.addEventListener('click', follow);
}
