// The tokens of the admin API: who may do what. A new secret is shown once.
//
// Invariant: a secret is in the page from its creation until it is closed, and never again.
import { useSignal } from '@preact/signals';
import { act } from '../../core/act';
import { ask, asError, at } from '../../core/api';
import { usePoll } from '../../core/poll';
import { session } from '../../core/session';
import type { Scope, TokenSummary } from '../../core/types';
import { Copied } from '../../parts/copy';
import { confirm, Dialog } from '../../parts/dialog';
import { Field, Select } from '../../parts/field';
import { Empty, Loading, Problem } from '../../parts/note';
import { Card } from '../../parts/page';
import { Ago } from '../../parts/time';

const SCOPES: [Scope, string][] = [
  ['read', 'read: sees everything but secrets'],
  ['deploy', 'deploy: also releases, scales and calls'],
  ['admin', 'admin: everything'],
];

export function Tokens() {
  const tokens = usePoll<TokenSummary[]>('/tokens', 10_000);
  const isAdding = useSignal(false);
  const list = tokens.data.value;
  const error = tokens.error.value;
  const remove = async (name: string): Promise<void> => {
    const isOwn = name === session.value?.token;
    const text = isOwn ? 'It is the token of this session: you are signed out.' : 'Whoever uses it is refused from now on, and its connections are closed.';
    if (!(await confirm(`Remove the token ${name}?`, text, 'Remove', true))) return;
    if (await act(`The token ${name} opens nothing any more.`, () => ask(at(['tokens', name]), { method: 'DELETE' }))) tokens.reload();
  };
  const add = (
    <button type="button" class="button small" onClick={() => (isAdding.value = true)}>
      New token
    </button>
  );
  return (
    <Card title="Tokens" actions={add} flush>
      {!list && (error ? <Problem error={error} /> : <Loading />)}
      {list?.length === 0 && (
        <Empty title="There is no token." command="skep token add me --scope admin">
          As long as there is none, everybody on this machine may do everything, and nobody elsewhere anything.
        </Empty>
      )}
      {list && list.length > 0 && <Table list={list} remove={remove} />}
      {isAdding.value && (
        <Add
          close={() => {
            isAdding.value = false;
            tokens.reload();
          }}
        />
      )}
    </Card>
  );
}

function Table({ list, remove }: { list: TokenSummary[]; remove: (name: string) => void }) {
  return (
    <table class="table">
      <caption class="sr-only">Tokens</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Scope</th>
          <th scope="col" class="number from-s">Created</th>
          <th scope="col">
            <span class="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {list.map((token) => (
          <tr key={token.name} class="row">
            <th scope="row">
              {token.name} {token.name === session.value?.token && <span class="tag">you</span>}
            </th>
            <td>{token.scope}</td>
            <td class="number from-s">
              <Ago ms={token.created_ms} />
            </td>
            <td class="end">
              <button type="button" class="button small danger" aria-label={`Remove the token ${token.name}`} onClick={() => remove(token.name)}>
                Remove
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Add({ close }: { close: () => void }) {
  const name = useSignal('');
  const scope = useSignal<Scope>('read');
  const failed = useSignal('');
  const secret = useSignal('');
  const isFirst = session.value?.token === null;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const created = await ask<{ secret: string }>('/tokens', { method: 'POST', body: { name: name.value, scope: scope.value } });
      secret.value = created.secret;
    } catch (error) {
      failed.value = asError(error).message;
    }
  };
  if (secret.value) {
    return (
      <Dialog title={`The token ${name.value}`} close={close}>
        <div class="dialog-text">
          <p>Copy it now. It is not shown again.</p>
          <Copied text={secret.value} />
          {isFirst && <p>From now on this page wants a token as well: sign in with one whose scope is admin.</p>}
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="New token" close={close}>
      <form class="form" onSubmit={submit}>
        {isFirst && <p class="dialog-text">It is the first one: from then on every command and this page need a token. Make one with the scope admin first.</p>}
        <Field label="Name" value={name.value} required autoComplete="off" hint="Letters, digits, dots, dashes. It stands beside what its holder does." error={failed.value || undefined} onInput={(text) => (name.value = text)} />
        <Select label="Scope" value={scope.value} options={SCOPES} onChange={(value) => (scope.value = value)} />
        <div class="dialog-actions">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button primary">
            Create
          </button>
        </div>
      </form>
    </Dialog>
  );
}
