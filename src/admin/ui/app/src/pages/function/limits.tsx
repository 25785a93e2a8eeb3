// The routes of a function and its limits, with what is used of them.
//
// Invariant: a limit stands beside the largest use that is known now.
import { bytes, count, millis } from '../../core/format';
import { at } from '../../core/api';
import { usePoll } from '../../core/poll';
import type { FunctionDetail, History, InstanceSummary } from '../../core/types';
import { Meter } from '../../parts/meter';
import { Card } from '../../parts/page';

export function Limits({ detail }: { detail: FunctionDetail }) {
  return (
    <>
      <Card title="Routes" flush>
        <ul class="lines">
          {[`/${detail.name}`, `/${detail.name}/*`, ...detail.routes].map((route) => (
            <li key={route} class="line mono">
              {route}
            </li>
          ))}
        </ul>
      </Card>
      <Uses detail={detail} />
    </>
  );
}

interface Use {
  name: string;
  used: string;
  limit: string;
  part?: [number, number];
}

function Uses({ detail }: { detail: FunctionDetail }) {
  const instances = usePoll<InstanceSummary[]>(at(['functions', detail.name, 'instances']), 2000).data.value ?? [];
  const history = usePoll<History[]>(`/history?range=5m&function=${encodeURIComponent(detail.name)}`, 5000).data.value?.[0];
  const { limits, scale } = detail;
  const slowest = Math.max(0, ...(history?.p99_us ?? []).map((point) => point ?? 0));
  const largest = Math.max(0, ...instances.map((one) => one.heap_bytes + one.external_bytes));
  const busiest = Math.max(0, ...instances.map((one) => one.in_flight));
  const uses: Use[] = [];
  if (limits) {
    uses.push({ name: 'Memory of an instance', used: bytes(largest), limit: bytes(limits.memory_bytes), part: [largest, limits.memory_bytes] });
    uses.push({ name: 'CPU of a call', used: '', limit: millis(limits.cpu_ms) });
    const wall: Use = { name: 'Time of a call', used: slowest > 0 ? `${millis(slowest / 1000)} (p99)` : '', limit: millis(limits.wall_ms) };
    if (slowest > 0) wall.part = [slowest / 1000, limits.wall_ms];
    uses.push(wall);
    uses.push({ name: 'Body of a request', used: '', limit: bytes(limits.body_bytes) });
  }
  if (scale) {
    uses.push({ name: 'Instances', used: count(detail.ready + detail.booting), limit: count(scale.max), part: [detail.ready + detail.booting, scale.max] });
    uses.push({ name: 'Calls in one instance', used: count(busiest), limit: count(scale.concurrency), part: [busiest, scale.concurrency] });
    uses.push({ name: 'Calls that wait', used: count(detail.waiting), limit: count(scale.queue), part: [detail.waiting, scale.queue] });
  }
  return (
    <Card title="Limits" flush>
      {uses.length === 0 && <p class="calm faint">It is not compiled yet: its limits are known with its first call.</p>}
      {uses.length > 0 && (
        <table class="table">
          <caption class="sr-only">Limits and their use</caption>
          <thead>
            <tr>
              <th scope="col">Limit</th>
              <th scope="col" class="number">Used now</th>
              <th scope="col" class="number">At most</th>
              <th scope="col" class="from-s use-cell">
                <span class="sr-only">Part</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {uses.map(({ name, used, limit, part }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{used || <span class="faint">–</span>}</td>
                <td class="number">{limit}</td>
                <td class="from-s use-cell">{part && <Meter label={name} used={part[0]} limit={part[1]} text={`${used} of ${limit}`} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
