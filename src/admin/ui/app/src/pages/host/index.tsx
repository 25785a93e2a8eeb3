// The host: its engine, limits, settings, tokens, audit, and what is done to the host as a whole.
//
// Invariant: parts that this Skep does not have are left out.
import { bytes, count, seconds } from '../../core/format';
import { isMissing, usePoll } from '../../core/poll';
import { mayAdmin } from '../../core/session';
import { href } from '../../core/router';
import type { HostDetail, History } from '../../core/types';
import { Chart } from '../../parts/chart';
import { Meter } from '../../parts/meter';
import { Loading, Problem } from '../../parts/note';
import { Card, Facts, Page } from '../../parts/page';
import { Dot } from '../../parts/status';
import { chartsOf } from '../function/charts';
import { Audit } from './audit';
import { Operations } from './operations';
import { Tokens } from './tokens';

export function HostPage() {
  const host = usePoll<HostDetail>('/host', 2000);
  const history = usePoll<History[]>('/history?range=1h', 10_000);
  const detail = host.data.value;
  const error = host.error.value;
  const past = history.data.value?.[0];
  return (
    <Page title="Host" sub={detail && `Process ${detail.pid}, engine no. ${detail.generation}, up ${seconds(detail.uptime_s)}`}>
      {!detail && (error ? <Problem error={error} /> : <Loading />)}
      {past && !isMissing(history.error.value) && <Past history={past} />}
      {detail && (
        <div class="columns even">
          <Budget host={detail} />
          <Containment host={detail} />
        </div>
      )}
      {detail && detail.quarantined.length > 0 && <Quarantined host={detail} />}
      {detail && <Operations host={detail} />}
      {mayAdmin.value && <Tokens />}
      <Audit />
      {detail?.flags && <Flags flags={detail.flags} />}
    </Page>
  );
}

function Past({ history }: { history: History }) {
  const charts = chartsOf(history);
  return (
    <Card title="The last hour">
      <div class="charts">
        {charts.map((chart) => (
          <Chart key={chart.title} {...chart} />
        ))}
      </div>
    </Card>
  );
}

function Budget({ host }: { host: HostDetail }) {
  const { budget, kernel } = host;
  const limit = (value: number | null, format: (value: number) => string = count): string => (value === null ? 'none' : format(value));
  return (
    <Card title="Budget and limits">
      <Facts
        facts={[
          [
            'Memory',
            <>
              {bytes(budget.resident_bytes)} of {bytes(budget.memory_bytes)}
              <Meter label="Memory" used={budget.resident_bytes} limit={budget.memory_bytes} text={`${bytes(budget.resident_bytes)} of ${bytes(budget.memory_bytes)}`} />
            </>,
          ],
          [
            'Instances',
            <>
              {count(budget.instances)} of {count(budget.instances_max)}
              <Meter label="Instances" used={budget.instances} limit={budget.instances_max} text={`${budget.instances} of ${budget.instances_max}`} />
            </>,
          ],
          ['Memory of the machine', limit(kernel.memory_bytes, bytes)],
          ['Mappings of a process', limit(kernel.max_map_count)],
          ['Threads', limit(kernel.threads)],
          ['Open files', limit(kernel.files)],
          ['Instances that fit', limit(kernel.instances)],
        ]}
      />
    </Card>
  );
}

const RUNGS: [string, string, string][] = [
  ['prevented', 'Prevented', 'What a function asked for was refused before it did harm.'],
  ['graced', 'Graced', 'An instance over its memory was given room to end well.'],
  ['interrupted', 'Interrupted', 'JavaScript that ran over a limit was stopped.'],
  ['parked', 'Frozen', 'A thread that could not be stopped was set aside.'],
  ['handed_over', 'Handed over', 'A fresh engine took over, without a lost call.'],
  ['restarted', 'Restarted', 'The engine died, and the supervisor started another.'],
];

function Containment({ host }: { host: HostDetail }) {
  const known = RUNGS.map(([key]) => key);
  const others = Object.keys(host.containment).filter((key) => !known.includes(key));
  const rows = [...RUNGS, ...others.map((key): [string, string, string] => [key, key, ''])];
  const worst = new Set(['parked', 'handed_over', 'restarted']);
  return (
    <Card title="Containment" flush>
      <table class="table">
        <caption class="sr-only">How often each level of containment acted</caption>
        <thead class="sr-only">
          <tr>
            <th scope="col">Level</th>
            <th scope="col">What it does</th>
            <th scope="col">Times</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([key, label, text]) => (
            <tr key={key}>
              <th scope="row">{label}</th>
              <td class="faint from-s">{text}</td>
              <td class={(host.containment[key] ?? 0) > 0 && worst.has(key) ? 'number tone-bad' : 'number'}>{count(host.containment[key] ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Quarantined({ host }: { host: HostDetail }) {
  return (
    <Card title="Quarantined versions" flush>
      <ul class="lines">
        {host.quarantined.map((one) => (
          <li key={one.function + one.version}>
            <a class="line" href={href(['functions', one.function])}>
              <Dot tone="bad" />
              <b>{one.function}</b>
              <code>{one.version}</code>
              <span class="cut">{one.reason}</span>
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Flags({ flags }: { flags: Record<string, unknown> }) {
  return (
    <Card title="Settings in force">
      <dl class="fields">
        {Object.entries(flags).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="mono wrap">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
