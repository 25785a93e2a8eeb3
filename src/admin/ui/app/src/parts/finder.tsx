// Finds a function or a page by a few letters, from anywhere.
//
// Invariant: arrows choose, Enter goes, Escape leaves; the list says what is chosen to screen readers.
import { useEffect, useId, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { isFinderOpen, PLACES } from '../core/keys';
import { findNames, functionNames } from '../core/names';
import { href, navigate } from '../core/router';
import { Dialog } from './dialog';
import { Icon } from './icon';

const SHOWN_MAX = 12;

interface Found {
  label: string;
  kind: 'function' | 'page';
  to: string;
}

export function Finder() {
  const text = useSignal('');
  const at = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    void findNames();
    input.current?.focus();
  }, []);
  const found = find(text.value);
  const close = (): void => {
    isFinderOpen.value = false;
  };
  const go = (one: Found | undefined): void => {
    if (!one) return;
    close();
    navigate(one.to);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) at.value = (at.value + step + found.length) % Math.max(1, found.length);
    else if (event.key === 'Enter') go(found[at.value]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Find" close={close}>
      <div class="search">
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          class="input"
          role="combobox"
          aria-label="Find a function or a page"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={found[at.value] ? `${id}-${at.value}` : undefined}
          aria-autocomplete="list"
          autocomplete="off"
          spellcheck={false}
          placeholder="Name of a function or a page"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            at.value = 0;
          }}
          onKeyDown={onKey}
        />
      </div>
      {found.length === 0 && <p class="calm faint">Nothing has this name.</p>}
      <ul id={`${id}-list`} class="found" role="listbox" aria-label="Found">
        {found.map((one, index) => (
          <li key={one.to} id={`${id}-${index}`} role="option" aria-selected={index === at.value} onClick={() => go(one)}>
            <Icon name={one.kind === 'function' ? 'invoke' : 'right'} />
            <span class="cut">{one.label}</span>
            <small class="faint">{one.kind}</small>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function find(text: string): Found[] {
  const wanted = text.trim().toLowerCase();
  const pages = PLACES.map(({ label, to }): Found => ({ label, kind: 'page', to }));
  const functions = functionNames.value.filter((name) => name.includes(wanted));
  // Names that begin with the letters come first.
  functions.sort((one, other) => Number(other.startsWith(wanted)) - Number(one.startsWith(wanted)));
  const named = functions.slice(0, SHOWN_MAX).map((name): Found => ({ label: name, kind: 'function', to: href(['functions', name]) }));
  const fitting = pages.filter(({ label }) => label.toLowerCase().includes(wanted));
  return (wanted === '' ? [...fitting, ...named] : [...named, ...fitting]).slice(0, SHOWN_MAX);
}
