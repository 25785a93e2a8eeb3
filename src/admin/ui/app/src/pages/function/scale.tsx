// The scale of a function, changed while it runs.
//
// Invariant: only values that were changed are sent; the rest stay the manifest's.
import { useSignal } from '@preact/signals';
import { act } from '../../core/act';
import { ask, at } from '../../core/api';
import { mayDeploy } from '../../core/session';
import type { FunctionDetail, Scale } from '../../core/types';
import { Field } from '../../parts/field';
import { Empty } from '../../parts/note';
import { Card, Facts } from '../../parts/page';

const VALUES: { key: keyof Scale; label: string; hint: string; min: number; max: number }[] = [
  { key: 'min', label: 'Fewest instances', hint: 'Kept even without calls.', min: 0, max: 1024 },
  { key: 'max', label: 'Most instances', hint: 'More calls than they take wait.', min: 1, max: 1024 },
  { key: 'concurrency', label: 'Calls in one instance', hint: 'In flight at a time.', min: 1, max: 10_000 },
  { key: 'queue', label: 'Calls that wait', hint: 'More are refused with 503.', min: 0, max: 1_000_000 },
  { key: 'idle_s', label: 'Idle seconds', hint: 'An instance without calls ends after them.', min: 1, max: 31_536_000 },
];

export function ScaleForm({ detail, reload }: { detail: FunctionDetail; reload: () => void }) {
  const scale = detail.scale;
  if (!scale) {
    return (
      <Card title="Scale">
        <Empty title="It is not compiled yet." command={`skep invoke ${detail.name}`}>
          Its scale is known with its first call.
        </Empty>
      </Card>
    );
  }
  if (!mayDeploy.value) {
    return (
      <Card title="Scale">
        <Facts facts={VALUES.map(({ key, label }) => [label, String(scale[key])])} />
      </Card>
    );
  }
  return <Form detail={detail} scale={scale} reload={reload} />;
}

function Form({ detail, scale, reload }: { detail: FunctionDetail; scale: Scale; reload: () => void }) {
  const typed = useSignal<Partial<Record<keyof Scale, string>>>({});
  const changed = VALUES.filter(({ key }) => typed.value[key] !== undefined && typed.value[key] !== String(scale[key]));
  const send = async (body: unknown, done: string): Promise<void> => {
    if (await act(done, () => ask(at(['functions', detail.name, 'scale']), { method: 'PATCH', body }))) {
      typed.value = {};
      reload();
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void send(Object.fromEntries(changed.map(({ key }) => [key, Number(typed.value[key])])), 'The scale was changed.');
  };
  return (
    <Card title="Scale">
      <form class="form" onSubmit={submit}>
        <div class="form-grid">
          {VALUES.map(({ key, label, hint, min, max }) => (
            <Field
              key={key}
              label={label}
              hint={hint}
              type="number"
              min={min}
              max={max}
              step={1}
              required
              value={typed.value[key] ?? String(scale[key])}
              onInput={(text) => (typed.value = { ...typed.value, [key]: text })}
            />
          ))}
        </div>
        <p class="faint">It counts at once and outlives restarts and releases. Nothing is released.</p>
        <div class="actions">
          <button type="submit" class="button primary" disabled={changed.length === 0}>
            Change
          </button>
          <button type="button" class="button" onClick={() => send({ reset: true }, 'The manifest’s scale counts again.')}>
            Back to the manifest’s
          </button>
        </div>
      </form>
    </Card>
  );
}
