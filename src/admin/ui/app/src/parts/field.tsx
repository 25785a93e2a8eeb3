// Fields of forms, each with its label.
//
// Invariant: a label is always text that can be seen, or the name of a search field whose purpose its place shows.
import { useId } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { functionNames } from '../core/names';
import { Icon } from './icon';

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'password' | 'number';
  placeholder?: string;
  hint?: string | undefined;
  error?: string | undefined;
  min?: number;
  max?: number;
  step?: number | 'any';
  required?: boolean;
  autoComplete?: string;
  mono?: boolean;
  name?: string;
}

export function Field({ label, hint, error, onInput, mono, ...input }: FieldProps) {
  const id = useId();
  const about = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class={mono ? 'input mono' : 'input'}
        spellcheck={false}
        aria-describedby={about}
        aria-invalid={error ? true : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
        {...(input as Record<string, unknown>)}
      />
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} class="hint bad" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: [T, string][];
  onChange: (value: T) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} class="input" value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key} selected={key === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** One of few, all of which are seen. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: [T, ComponentChildren][];
  onChange: (value: T) => void;
}) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(([key, text]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {text}
        </button>
      ))}
    </div>
  );
}

/** The search field of a page: `/` leads to it. */
export function Search({ label, value, onInput }: { label: string; value: string; onInput: (value: string) => void }) {
  return (
    <div class="search">
      <Icon name="search" />
      <input
        type="search"
        class="input"
        data-search
        aria-label={label}
        placeholder={label}
        spellcheck={false}
        autocomplete="off"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

/** The name of a function, with those of the host to choose from. */
export function FunctionField({ value, onInput, label = 'Function', required = false }: { value: string; onInput: (value: string) => void; label?: string; required?: boolean }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="input"
        list={`${id}-names`}
        value={value}
        placeholder={required ? 'name' : 'all'}
        required={required}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <datalist id={`${id}-names`}>
        {matching(value).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}

/** A list of thousands would be slow to open. */
const OFFERED_MAX = 50;

function matching(text: string): string[] {
  return functionNames.value.filter((name) => name.includes(text)).slice(0, OFFERED_MAX);
}
