// Calls a function by hand: method, path, headers, body, as any of its versions that take calls.
//
// Invariant: nothing is called before the button is pressed; the answer is shown as text.
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { ask, asError, at, type ApiError } from '../../core/api';
import { usePoll } from '../../core/poll';
import { query, setQuery } from '../../core/router';
import { mayDeploy } from '../../core/session';
import type { FunctionDetail, InvokeAnswer } from '../../core/types';
import { shortVersion } from '../../core/format';
import { CopyButton } from '../../parts/copy';
import { Field, FunctionField, Select } from '../../parts/field';
import { Icon } from '../../parts/icon';
import { Empty, Problem } from '../../parts/note';
import { Card, Page } from '../../parts/page';
import { tell } from '../../parts/toast';
import { Answer } from './answer';
import { bodyError, bodyFor, curlOf, EMPTY, forget, headersOf, keep, METHODS, saved, type Call } from './form';

export function InvokePage() {
  const call = useSignal<Call>({ ...EMPTY, function: query.value.get('function') ?? '', path: query.value.get('path') ?? '/' });
  const answer = useSignal<InvokeAnswer | null>(null);
  const error = useSignal<ApiError | undefined>(undefined);
  const isCalling = useSignal(false);
  const set = (change: Partial<Call>): void => {
    call.value = { ...call.value, ...change };
    if (change.function !== undefined) setQuery({ function: change.function });
  };
  useEffect(() => {
    const name = query.value.get('function');
    if (name && name !== call.value.function) call.value = { ...call.value, function: name };
  }, [query.value.get('function')]);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    isCalling.value = true;
    error.value = undefined;
    try {
      answer.value = await ask<InvokeAnswer>(at(['functions', call.value.function, 'invoke']), { method: 'POST', body: bodyFor(call.value) });
    } catch (failure) {
      error.value = asError(failure);
      answer.value = null;
    }
    isCalling.value = false;
  };
  if (!mayDeploy.value) {
    return (
      <Page title="Invoke">
        <Card>
          <Empty title="This token only reads.">Calling a function needs one whose scope is deploy or admin.</Empty>
        </Card>
      </Page>
    );
  }
  return (
    <Page title="Invoke">
      <div class="columns even">
        <div class="stack">
          <Card>
            <CallForm call={call.value} set={set} send={send} isCalling={isCalling.value} />
          </Card>
          <Saved use={(known) => set(known)} />
        </div>
        <div class="stack">
          {error.value && <Problem error={error.value} />}
          {answer.value ? (
            <Answer answer={answer.value} />
          ) : (
            !error.value && (
              <Card title="Answer">
                <Empty title={isCalling.value ? 'It is being called.' : 'Nothing was called yet.'}>
                  {isCalling.value ? undefined : 'The answer, its times and its trace stand here.'}
                </Empty>
              </Card>
            )
          )}
        </div>
      </div>
    </Page>
  );
}

function CallForm({ call, set, send, isCalling }: { call: Call; set: (change: Partial<Call>) => void; send: (event: Event) => void; isCalling: boolean }) {
  const detail = usePoll<FunctionDetail>(call.function ? at(['functions', call.function]) : null, 10_000).data.value;
  const headers = headersOf(call.headers);
  const wrong = bodyError(call);
  const hasBody = call.method !== 'GET' && call.method !== 'HEAD';
  const versions: [string, string][] = [['', 'as callers get it']];
  if (detail?.version) versions.push([detail.version, `${shortVersion(detail.version)} live`]);
  if (detail?.candidate) versions.push([detail.candidate.version, `${shortVersion(detail.candidate.version)} candidate`]);
  return (
    <form class="form" onSubmit={send}>
      <FunctionField value={call.function} required onInput={(name) => set({ function: name })} />
      <div class="form-row call-line">
        <Select label="Method" value={call.method} options={METHODS.map((method) => [method, method])} onChange={(method) => set({ method })} />
        <Field label="Path, as the function sees it" mono value={call.path} onInput={(path) => set({ path })} required />
      </div>
      <Select label="Version" value={call.version} options={versions} onChange={(version) => set({ version })} />
      <Area label="Headers, one a line" rows={3} value={call.headers} placeholder="content-type: application/json" onInput={(text) => set({ headers: text })} error={typeof headers === 'string' ? `This is not a header: ${headers}` : undefined} />
      {hasBody && <Area label="Body" rows={8} value={call.body} placeholder='{"name": "you"}' onInput={(body) => set({ body })} error={wrong} />}
      <div class="actions">
        <button type="submit" class="button primary" disabled={isCalling || typeof headers === 'string' || wrong !== undefined}>
          <Icon name="invoke" /> Call
        </button>
        <button type="button" class="button" disabled={!call.function} onClick={() => tell(keep(call) ? 'Saved in this browser.' : 'This browser keeps nothing.')}>
          Save
        </button>
        {call.function && (
          <CopyButton text={curlOf(call)} label="Copy as curl">
            curl
          </CopyButton>
        )}
      </div>
    </form>
  );
}

function Area({ label, rows, value, placeholder, onInput, error }: { label: string; rows: number; value: string; placeholder: string; onInput: (text: string) => void; error?: string | undefined }) {
  return (
    <div class="field">
      <label>
        {label}
        <textarea class="input mono" rows={rows} spellcheck={false} value={value} placeholder={placeholder} aria-invalid={error ? true : undefined} onInput={(event) => onInput(event.currentTarget.value)} />
      </label>
      {error && (
        <p class="hint bad" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function Saved({ use }: { use: (call: Call) => void }) {
  if (saved.value.length === 0) return null;
  return (
    <Card title="Saved in this browser" flush>
      <ul class="lines">
        {saved.value.map((call) => (
          <li key={JSON.stringify(call)} class="saved">
            <button type="button" class="line" onClick={() => use(call)}>
              <b>{call.function}</b>
              <span class="cut mono">
                {call.method} {call.path}
              </span>
            </button>
            <button type="button" class="icon-button" aria-label={`Forget ${call.method} ${call.path} of ${call.function}`} onClick={() => forget(call)}>
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
