// The host in one strip: calls, faults, times, CPU, memory, instances, the engine.
//
// Invariant: a figure that this Skep does not record is left out; no tile shows a guess.
import type { ComponentChildren } from 'preact';
import { bytes, count, micros, percent, rate, seconds } from '../../core/format';
import { lastOf, perSecond } from '../../core/history';
import type { History, HostDetail, Points } from '../../core/types';
import { Meter } from '../../parts/meter';
import { Sparkline } from '../../parts/sparkline';
import { needsAttention, type Row } from './rows';

interface Props {
  rows: Row[] | undefined;
  host: HostDetail | undefined;
  history: History | undefined;
  /** 1 is full. */
  load: number | undefined;
}

export function Tiles({ rows, host, history, load }: Props) {
  return (
    <ul class="tiles" aria-label="The host now">
      <Functions rows={rows} />
      {history && <HistoryTiles history={history} />}
      {host && <HostTiles host={host} load={load} />}
    </ul>
  );
}

function Tile({ name, value, children }: { name: string; value: ComponentChildren; children?: ComponentChildren }) {
  return (
    <li class="tile">
      <span class="tile-name">{name}</span>
      <span class="tile-value">{value}</span>
      <div class="tile-more">{children}</div>
    </li>
  );
}

function Functions({ rows }: { rows: Row[] | undefined }) {
  const bad = rows?.filter(needsAttention).length ?? 0;
  const more = bad > 0 ? <span class="tone-bad">{`${count(bad)} failing`}</span> : rows && rows.length > 0 ? 'all well' : '';
  return (
    <Tile name="Functions" value={count(rows?.length)}>
      {more}
    </Tile>
  );
}

/** The mean of the last ten seconds: one second alone jumps. */
function recent(points: Points): number | null {
  const some = points.slice(-10).filter((point) => point !== null);
  return some.length === 0 ? null : some.reduce((sum, point) => sum + point, 0) / some.length;
}

function HistoryTiles({ history }: { history: History }) {
  const { step_s: step } = history;
  const calls = perSecond(history.calls, step);
  const faults = perSecond(history.faults, step);
  const cpu = history.cpu_us.map((used) => (used === null ? null : used / step / 10_000));
  return (
    <>
      <Tile name="Calls a second" value={rate(recent(calls))}>
        <Sparkline wide points={calls} label="Calls a second in the last 5 minutes" />
      </Tile>
      <Tile name="Faults a second" value={rate(recent(faults))}>
        <Sparkline wide points={faults} label="Faults a second in the last 5 minutes" />
      </Tile>
      <Tile name="p99" value={micros(lastOf(history.p99_us))}>
        <Sparkline wide points={history.p99_us} label="99th percentile of the time of calls in the last 5 minutes" />
      </Tile>
      <Tile name="CPU" value={percent(recent(cpu))}>
        <Sparkline wide points={cpu} label="CPU of all functions in the last 5 minutes, 100 % is one core" />
      </Tile>
    </>
  );
}

function HostTiles({ host, load }: { host: HostDetail; load: number | undefined }) {
  const { budget } = host;
  return (
    <>
      <Tile name="Memory" value={bytes(budget.resident_bytes)}>
        <Meter label="Memory" used={budget.resident_bytes} limit={budget.memory_bytes} text={`${bytes(budget.resident_bytes)} of ${bytes(budget.memory_bytes)}`} />
        <span>of {bytes(budget.memory_bytes)}</span>
      </Tile>
      <Tile name="Instances" value={count(budget.instances)}>
        <Meter label="Instances" used={budget.instances} limit={budget.instances_max} text={`${budget.instances} of ${budget.instances_max}`} />
        <span>of {count(budget.instances_max)}</span>
      </Tile>
      {load === undefined ? (
        <Tile name="Engine" value={<>no. {host.generation}</>}>
          up {seconds(host.uptime_s)}
        </Tile>
      ) : (
        <Tile name="Load" value={percent(load * 100)}>
          <Meter label="Load" used={load} limit={1} text={percent(load * 100)} />
          <span title={`up ${seconds(host.uptime_s)}`}>engine no. {host.generation}</span>
        </Tile>
      )}
    </>
  );
}
