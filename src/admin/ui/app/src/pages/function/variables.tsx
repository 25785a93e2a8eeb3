// Variables and secrets of a function. Secrets are written and never read.
//
// Invariant: a value of a secret is in the field while it is typed and in the one request, and nowhere else.
import { useSignal } from '@preact/signals';
import { act } from '../../core/act';
import { ask, at } from '../../core/api';
import { href, navigate } from '../../core/router';
import { mayDeploy } from '../../core/session';
import type { FunctionDetail, Release } from '../../core/types';
import { confirm } from '../../parts/dialog';
import { Choice, Field } from '../../parts/field';
import { Empty } from '../../parts/note';
import { Card } from '../../parts/page';

type Kind = 'env' | 'secrets';

export function Variables({ detail, reload }: { detail: FunctionDetail; reload: () => void }) {
  const change = async (done: string, kind: Kind, name: string, value: string | null): Promise<boolean> =>
    act(done, async () => {
      const release = await ask<Release>(at(['functions', detail.name, 'variables']), { method: 'PATCH', body: { [kind]: { [name]: value } } });
      reload();
      navigate(href(['releases', release.id]));
    });
  const remove = async (kind: Kind, name: string): Promise<void> => {
    const isSure = await confirm(`Remove ${name}?`, 'The function is released again without it, with the same code.', 'Remove', true);
    if (isSure) await change(`${name} is being removed.`, kind, name, null);
  };
  const isEmpty = Object.keys(detail.env).length + detail.secrets.length === 0;
  return (
    <>
      <Card title="Variables and secrets" flush>
        {isEmpty ? (
          <Empty title="Nothing is set beside the manifest." command={`skep env ${detail.name} GREETING=hello`}>
            Variables of <code>function.toml</code> stand in its code and are not listed here.
          </Empty>
        ) : (
          <Table detail={detail} remove={remove} />
        )}
      </Card>
      {mayDeploy.value && detail.owner === 'deployed' && <SetForm change={change} />}
      {mayDeploy.value && detail.owner === 'folder' && (
        <p class="faint">Variables of a function of the functions directory are set in its <code>function.toml</code>.</p>
      )}
    </>
  );
}

function Table({ detail, remove }: { detail: FunctionDetail; remove: (kind: Kind, name: string) => void }) {
  const rows = [
    ...Object.entries(detail.env).map(([name, value]) => ({ kind: 'env' as Kind, name, value })),
    ...detail.secrets.map((name) => ({ kind: 'secrets' as Kind, name, value: null })),
  ];
  return (
    <table class="table">
      <caption class="sr-only">Variables and secrets</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
          {mayDeploy.value && (
            <th scope="col">
              <span class="sr-only">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ kind, name, value }) => (
          <tr key={kind + name} class="row">
            <th scope="row" class="mono">
              {name}
            </th>
            <td class="mono wrap">{value ?? <span class="faint">a secret: only the function reads it</span>}</td>
            {mayDeploy.value && (
              <td class="end">
                <button type="button" class="button small danger" aria-label={`Remove ${name}`} onClick={() => remove(kind, name)}>
                  Remove
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SetForm({ change }: { change: (done: string, kind: Kind, name: string, value: string) => Promise<boolean> }) {
  const kind = useSignal<Kind>('env');
  const name = useSignal('');
  const value = useSignal('');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const isDone = await change(`${name.value} is being set.`, kind.value, name.value, value.value);
    if (!isDone) return;
    name.value = '';
    value.value = '';
  };
  const kinds: [Kind, string][] = [
    ['env', 'Variable'],
    ['secrets', 'Secret'],
  ];
  return (
    <Card title="Set one">
      <form class="form" onSubmit={submit}>
        <Choice label="Kind" value={kind.value} options={kinds} onChange={(value) => (kind.value = value)} />
        <div class="form-row">
          <Field label="Name" mono required value={name.value} onInput={(text) => (name.value = text)} autoComplete="off" />
          <Field
            label="Value"
            mono
            required
            type={kind.value === 'secrets' ? 'password' : 'text'}
            autoComplete={kind.value === 'secrets' ? 'new-password' : 'off'}
            value={value.value}
            onInput={(text) => (value.value = text)}
            hint={kind.value === 'secrets' ? 'It cannot be read again, by anybody but the function.' : 'Everybody with a token can read it.'}
          />
        </div>
        <div class="actions">
          <button type="submit" class="button primary">
            Set and release
          </button>
        </div>
      </form>
    </Card>
  );
}
