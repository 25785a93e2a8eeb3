// The keyboard: `/` searches, `g` and a letter goes to a page, `?` lists the keys.
//
// Keys of one letter can be switched off, because speech input and slips of the hand trigger them (WCAG 2.1.4).
//
// Invariant: no key is taken from somebody who types.
import { signal } from '@preact/signals';
import { navigate } from './router';
import { load, save } from './storage';

export const PLACES: { key: string; label: string; to: string }[] = [
  { key: 'f', label: 'Functions', to: '/ui/' },
  { key: 'r', label: 'Releases', to: '/ui/releases' },
  { key: 'l', label: 'Logs', to: '/ui/logs' },
  { key: 't', label: 'Traces', to: '/ui/traces' },
  { key: 'e', label: 'Faults', to: '/ui/faults' },
  { key: 'i', label: 'Invoke', to: '/ui/invoke' },
  { key: 'c', label: 'Triggers', to: '/ui/triggers' },
  { key: 'h', label: 'Host', to: '/ui/host' },
];

/** How long after `g` a letter still belongs to it. */
const SECOND_KEY_MS = 1200;

export const areKeysOn = signal(load('keys', true));
export const isHelpOpen = signal(false);
export const isFinderOpen = signal(false);

export function setKeys(on: boolean): void {
  areKeysOn.value = on;
  save('keys', on);
}

let goUntil = 0;

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (!areKeysOn.value || document.querySelector('dialog[open]')) return;
  const now = performance.now();
  const place = now < goUntil ? PLACES.find((known) => known.key === event.key) : undefined;
  goUntil = event.key === 'g' ? now + SECOND_KEY_MS : 0;
  if (place) navigate(place.to);
  else if (event.key === '/') search();
  else if (event.key === '?') isHelpOpen.value = true;
  else return;
  event.preventDefault();
}

function search(): void {
  const field = document.querySelector<HTMLInputElement>('main [data-search]');
  if (!field) {
    isFinderOpen.value = true;
    return;
  }
  field.focus();
  field.select();
}

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.('input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable]');
}

export const startKeys = (): void => document.addEventListener('keydown', onKey);
