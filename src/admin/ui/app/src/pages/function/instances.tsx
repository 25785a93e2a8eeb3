// The instances of a function, one by one.
//
// Invariant: an instance that is recycled finishes its calls; the page says so before it asks.
import { act } from '../../core/act';
import { ask, at } from '../../core/api';
import { bytes, count, seconds, shortVersion } from '../../core/format';
import { usePoll } from '../../core/poll';
import { mayDeploy } from '../../core/session';
import type { FunctionDetail, InstanceSummary } from '../../core/types';
import { Meter } from '../../parts/meter';
import { Empty, Loading, Problem } from '../../parts/note';
import { Card } from '../../parts/page';
import { Badge, type Tone } from '../../parts/status';

const TONES: Record<InstanceSummary['state'], Tone> = { booting: 'info', ready: 'ok', ending: 'idle' };

export function Instances({ detail }: { detail: FunctionDetail }) {
  const instances = usePoll<InstanceSummary[]>(at(['functions', detail.name, 'instances']), 1000);
  const list = instances.data.value;
  const error = instances.error.value;
  const recycle = async (id: number): Promise<void> => {
    const isDone = await act(`Instance ${id} finishes its calls and ends.`, () => ask(at(['functions', detail.name, 'instances', id]), { method: 'DELETE' }));
    if (isDone) instances.reload();
  };
  return (
    <Card title="Instances" flush>
      {!list && error && <Problem error={error} />}
      {!list && !error && <Loading />}
      {list?.length === 0 && (
        <Empty title="No instance is alive." command={`skep scale ${detail.name} --min 1`}>
          The next call starts one. With a smallest scale of 1 there is always one.
        </Empty>
      )}
      {list && list.length > 0 && <Table list={list} detail={detail} recycle={recycle} />}
    </Card>
  );
}

function Table({ list, detail, recycle }: { list: InstanceSummary[]; detail: FunctionDetail; recycle: (id: number) => void }) {
  const limit = detail.limits?.memory_bytes;
  return (
    <table class="table">
      <caption class="sr-only">Instances of {detail.name}</caption>
      <thead>
        <tr>
          <th scope="col">Instance</th>
          <th scope="col">State</th>
          <th scope="col" class="from-m">Version</th>
          <th scope="col" class="number">Memory</th>
          <th scope="col" class="number from-l">CPU</th>
          <th scope="col" class="number from-s">Calls</th>
          <th scope="col" class="number from-s">In flight</th>
          <th scope="col" class="number from-m">Age</th>
          <th scope="col" class="number from-l">Idle for</th>
          {mayDeploy.value && (
            <th scope="col">
              <span class="sr-only">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {list.map((one) => {
          const memory = one.heap_bytes + one.external_bytes;
          return (
            <tr key={one.id} class="row">
              <th scope="row">{one.id}</th>
              <td>
                <Badge tone={TONES[one.state]}>{one.state}</Badge>
              </td>
              <td class="mono faint from-m">{shortVersion(one.version)}</td>
              <td class="number" title={`${bytes(one.heap_bytes)} heap, ${bytes(one.external_bytes)} outside`}>
                {bytes(memory)}
                {limit !== undefined && <Meter label={`Memory of instance ${one.id}`} used={memory} limit={limit} text={`${bytes(memory)} of ${bytes(limit)}`} />}
              </td>
              <td class="number from-l">{seconds(one.cpu_seconds)}</td>
              <td class="number from-s">{count(one.requests)}</td>
              <td class="number from-s">{count(one.in_flight)}</td>
              <td class="number from-m">{seconds(Math.floor(one.age_seconds))}</td>
              <td class="number from-l">{seconds(Math.floor(one.idle_seconds))}</td>
              {mayDeploy.value && (
                <td class="end">
                  <button type="button" class="button small" aria-label={`Recycle instance ${one.id}`} disabled={one.state === 'ending'} onClick={() => recycle(one.id)}>
                    Recycle
                  </button>
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
