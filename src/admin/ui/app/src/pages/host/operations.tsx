// What is done to the host as a whole: another engine, a check of the store, the level of the log.
//
// Invariant: each says before it is done what callers notice of it.
import { useSignal } from '@preact/signals';
import { act } from '../../core/act';
import { ask, asError } from '../../core/api';
import { usePoll } from '../../core/poll';
import { mayAdmin } from '../../core/session';
import type { HostDetail, Level } from '../../core/types';
import { confirm } from '../../parts/dialog';
import { Choice } from '../../parts/field';
import { Card } from '../../parts/page';

export function Operations({ host }: { host: HostDetail }) {
  return (
    <Card title="Operations">
      <ul class="operations">
        <Verify />
        {mayAdmin.value && <Upgrade host={host} />}
        {mayAdmin.value && <LogLevel />}
      </ul>
    </Card>
  );
}

function Verify() {
  const result = useSignal<string[] | null>(null);
  const failed = useSignal('');
  const isRunning = useSignal(false);
  const run = async (): Promise<void> => {
    isRunning.value = true;
    failed.value = '';
    try {
      result.value = (await ask<{ problems: string[] }>('/store')).problems;
    } catch (error) {
      failed.value = asError(error).message;
    }
    isRunning.value = false;
  };
  const problems = result.value;
  return (
    <li>
      <div>
        <h3>Check the store</h3>
        <p class="faint">Reads every version that is kept and compares its checksum.</p>
        <div role="status">
          {isRunning.value && <p>It is being read…</p>}
          {failed.value && <p class="tone-bad">{failed.value}</p>}
          {!isRunning.value && problems?.length === 0 && <p class="tone-ok">Every version is whole.</p>}
          {problems && problems.length > 0 && (
            <ul class="tone-bad">
              {problems.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          )}
        </div>
      </div>
      <button type="button" class="button" disabled={isRunning.value} onClick={run}>
        Check
      </button>
    </li>
  );
}

function Upgrade({ host }: { host: HostDetail }) {
  const run = async (): Promise<void> => {
    const text = 'A fresh engine of the program’s file, as it is now, takes over. Calls that are under way are finished by this one; none is lost.';
    if (!(await confirm('Upgrade the engine?', text, 'Upgrade'))) return;
    await act('Another engine serves.', () => ask('/upgrade', { method: 'POST' }));
  };
  return (
    <li>
      <div>
        <h3>Upgrade</h3>
        <p class="faint">
          {host.supervised ? 'Replaces the engine without a lost call: after the program’s file was replaced, or to begin afresh.' : 'There is no supervisor here, so no other engine can take over.'}
        </p>
      </div>
      <button type="button" class="button" disabled={!host.supervised} onClick={run}>
        Upgrade
      </button>
    </li>
  );
}

function LogLevel() {
  const level = usePoll<{ level: string }>('/log-level', 15_000);
  const present = level.data.value?.level;
  if (!present) return null;
  const levels: [string, string][] = (['debug', 'info', 'warn', 'error'] satisfies Level[]).map((one) => [one, one]);
  const set = async (wanted: string): Promise<void> => {
    if (await act(`The level of the log is ${wanted}.`, () => ask('/log-level', { method: 'PUT', body: { level: wanted } }))) level.reload();
  };
  return (
    <li>
      <div>
        <h3>Level of the log</h3>
        <p class="faint">Until the engine ends.</p>
      </div>
      <Choice label="Level of the log" value={present} options={levels} onChange={set} />
    </li>
  );
}
