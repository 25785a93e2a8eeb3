// Text to copy: a command, an id, a diagnostic.
//
// Invariant: what is copied is exactly what is shown.
import { useSignal } from '@preact/signals';
import { announce } from './toast';
import { Icon } from './icon';

const SHOWN_MS = 1600;

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without TLS and off this machine a browser has no clipboard for scripts: the old way.
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'probe';
    document.body.append(field);
    field.select();
    const isDone = document.execCommand('copy');
    field.remove();
    return isDone;
  }
}

export function CopyButton({ text, label, children, small }: { text: string; label: string; children?: preact.ComponentChildren; small?: boolean }) {
  const isDone = useSignal(false);
  const run = async (): Promise<void> => {
    isDone.value = await copy(text);
    announce(isDone.value ? 'Copied.' : 'The browser does not let this page copy.');
    setTimeout(() => (isDone.value = false), SHOWN_MS);
  };
  return (
    <button type="button" class={children ? (small ? 'button small' : 'button') : 'icon-button'} aria-label={children ? undefined : label} title={label} onClick={run}>
      <Icon name={isDone.value ? 'check' : 'copy'} />
      {children}
    </button>
  );
}

/** A command line with its button. */
export function Copied({ text }: { text: string }) {
  return (
    <div class="command">
      <code>{text}</code>
      <CopyButton text={text} label={`Copy: ${text}`} />
    </div>
  );
}
