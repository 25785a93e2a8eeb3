// What stands where there is nothing to show: why, and what to do about it.
//
// Invariant: an empty place names the next step, an error its cause.
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../core/api';
import { Copied } from './copy';
import { Icon } from './icon';

/** Nothing yet, and the command that changes it. */
export function Empty({ title, children, command }: { title: string; children?: ComponentChildren; command?: string | undefined }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <p>{children}</p>}
      {command && <Copied text={command} />}
    </div>
  );
}

/** This Skep has not got the operation. */
export function Missing({ what }: { what: string }) {
  return <Empty title={`This Skep does not record ${what}.`} />;
}

export function Problem({ error, retry }: { error: ApiError; retry?: (() => void) | undefined }) {
  const hint = error.kind === 'silent' ? 'It is asked again by itself, and this page goes on where it was.' : undefined;
  return (
    <div class="problem" role="alert">
      <Icon name="faults" />
      <div>
        <p class="problem-text">{error.message}</p>
        {hint && <p class="faint">{hint}</p>}
      </div>
      {retry && (
        <button type="button" class="button small" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Loading({ what = 'Loading' }: { what?: string }) {
  return (
    <p class="loading" role="status">
      {what}…
    </p>
  );
}
