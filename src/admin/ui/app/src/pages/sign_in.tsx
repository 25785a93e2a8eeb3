// The page of those who are not signed in.
//
// Invariant: the token goes to the server once and is kept nowhere by the page.
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { asError } from '../core/api';
import { refusal, signIn } from '../core/sign';
import { Copied } from '../parts/copy';
import { Field } from '../parts/field';
import { Hive } from '../parts/icon';

export function SignInPage() {
  const token = useSignal('');
  const failed = useSignal('');
  const isSending = useSignal(false);
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => {
    document.title = 'Sign in · Skep';
    box.current?.querySelector('input')?.focus();
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    isSending.value = true;
    failed.value = '';
    try {
      await signIn(token.value.trim());
      token.value = '';
    } catch (error) {
      failed.value = asError(error).message;
    }
    isSending.value = false;
  };
  return (
    <main class="sign-in">
      <form ref={box} class="card form" onSubmit={submit} aria-labelledby="sign-in">
        <Hive />
        <h1 id="sign-in">Sign in to Skep</h1>
        {refusal.value ? (
          <p class="reason">{refusal.value}</p>
        ) : (
          <>
            <Field label="Token" type="password" name="token" autoComplete="current-password" placeholder="skep_…" required mono value={token.value} error={failed.value || undefined} onInput={(text) => (token.value = text)} />
            <button type="submit" class="button primary" disabled={isSending.value}>
              Sign in
            </button>
          </>
        )}
        <div class="faint">
          <p>A token is made on the host:</p>
          <Copied text="skep token add me --scope admin" />
        </div>
      </form>
    </main>
  );
}
