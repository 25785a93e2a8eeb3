// Short messages about what was just done, read aloud too.
//
// Invariant: at most three are shown, and none is the only place where an error stands.
import { signal } from '@preact/signals';
import { Icon } from './icon';

const SHOWN_MS = 6000;
const SHOWN_MAX = 3;

interface Toast {
  id: number;
  text: string;
  isBad: boolean;
}

const toasts = signal<Toast[]>([]);
const spoken = signal('');
let next = 1;

/** Says it to screen readers alone. */
export function announce(text: string): void {
  spoken.value = '';
  queueMicrotask(() => (spoken.value = text));
}

export function tell(text: string, isBad = false): void {
  const toast = { id: next++, text, isBad };
  toasts.value = [...toasts.value, toast].slice(-SHOWN_MAX);
  announce(text);
  setTimeout(() => dismiss(toast.id), isBad ? SHOWN_MS * 2 : SHOWN_MS);
}

const dismiss = (id: number): void => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
};

export function Toasts() {
  return (
    <>
      <div class="sr-only" aria-live="polite">
        {spoken.value}
      </div>
      <div class="toasts">
        {toasts.value.map((toast) => (
          <div key={toast.id} class={toast.isBad ? 'toast bad' : 'toast'}>
            <Icon name={toast.isBad ? 'faults' : 'check'} />
            <span>{toast.text}</span>
            <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(toast.id)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
