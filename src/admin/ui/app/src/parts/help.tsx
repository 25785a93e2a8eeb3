// The list of keys, and the switch that turns them off.
//
// Invariant: every key of `core/keys` and of the waterfall stands here.
import { areKeysOn, isHelpOpen, PLACES, setKeys } from '../core/keys';
import { Dialog } from './dialog';

export function Help() {
  const others: [string[], string][] = [
    [['/'], 'Search on this page, or find a function'],
    [['?'], 'These keys'],
    [['Esc'], 'Close what is open'],
    [['+', '-', '0'], 'Zoom in a trace'],
    [['←', '→'], 'Move in a trace'],
  ];
  return (
    <Dialog title="Keys" close={() => (isHelpOpen.value = false)}>
      <dl class="keys">
        {PLACES.map(({ key, label }) => (
          <KeyLine key={key} keys={['g', key]} label={label} />
        ))}
        {others.map(([keys, label]) => (
          <KeyLine key={label} keys={keys} label={label} />
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={areKeysOn.value} onChange={(event) => setKeys(event.currentTarget.checked)} /> Keys of one letter are on
      </label>
      <p class="faint">
        <a href="/ui/licenses.txt">Licences</a> of the libraries in this page.
      </p>
    </Dialog>
  );
}

function KeyLine({ keys, label }: { keys: string[]; label: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{label}</dd>
    </div>
  );
}
