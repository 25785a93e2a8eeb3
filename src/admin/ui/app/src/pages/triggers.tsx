// Schedules: next and last runs, run now, pause and resume. Used by the page of triggers and by that of a function.
//
// Invariant: a run that is started here is a call like that of the schedule itself.
import { act } from '../core/act';
import { ask, at } from '../core/api';
import { count } from '../core/format';
import { usePoll } from '../core/poll';
import { href, query, setQuery } from '../core/router';
import { mayDeploy } from '../core/session';
import type { Schedule } from '../core/types';
import { Search } from '../parts/field';
import { Empty, Loading, Problem } from '../parts/note';
import { Card, Page } from '../parts/page';
import { Badge, type Tone } from '../parts/status';
import { Ago, Clock } from '../parts/time';

const EXAMPLE = '[[cron]]\nname = "nightly"\nschedule = "0 3 * * *"';

export function TriggersPage() {
  const text = query.value.get('q') ?? '';
  const schedules = usePoll<Schedule[]>('/cron', 2000);
  const list = schedules.data.value?.filter((one) => `${one.function} ${one.name}`.includes(text.toLowerCase()));
  return (
    <Page title="Triggers">
      <Card flush>
        <div class="toolbar">
          <Search label="Find a schedule" value={text} onInput={(q) => setQuery({ q })} />
        </div>
        <Schedules list={list} poll={schedules} isFiltered={text !== ''} showFunction />
      </Card>
    </Page>
  );
}

export function FunctionSchedules({ name }: { name: string }) {
  const schedules = usePoll<Schedule[]>(at(['cron'], { function: name }), 2000);
  return (
    <Card title="Schedules" flush>
      <Schedules list={schedules.data.value} poll={schedules} isFiltered={false} />
    </Card>
  );
}

interface Props {
  list: Schedule[] | undefined;
  poll: ReturnType<typeof usePoll<Schedule[]>>;
  isFiltered: boolean;
  showFunction?: boolean;
}

function Schedules({ list, poll, isFiltered, showFunction = false }: Props) {
  const error = poll.error.value;
  if (!list) return error ? <Problem error={error} retry={poll.reload} /> : <Loading what="Loading the schedules" />;
  if (list.length === 0) {
    return isFiltered ? (
      <Empty title="No schedule matches." />
    ) : (
      <Empty title="No function has a schedule." command={EXAMPLE}>
        Give one in <code>function.toml</code>:
      </Empty>
    );
  }
  return <Table list={list} reload={poll.reload} showFunction={showFunction} />;
}

function Table({ list, reload, showFunction }: { list: Schedule[]; reload: () => void; showFunction: boolean }) {
  return (
    <table class="table">
      <caption class="sr-only">Schedules</caption>
      <thead>
        <tr>
          {showFunction && <th scope="col">Function</th>}
          <th scope="col">Name</th>
          <th scope="col" class="from-m">Schedule</th>
          <th scope="col">Next</th>
          <th scope="col" class="from-s">Last</th>
          <th scope="col" class="number from-l">Running</th>
          <th scope="col" class="number from-l">Waiting</th>
          <th scope="col" class="number from-l">Skipped</th>
          {mayDeploy.value && (
            <th scope="col">
              <span class="sr-only">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {list.map((one) => (
          <Line key={`${one.function} ${one.name}`} one={one} reload={reload} showFunction={showFunction} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ one, reload, showFunction }: { one: Schedule; reload: () => void; showFunction: boolean }) {
  const name = <span class="mono">{one.name}</span>;
  return (
    <tr class="row">
      {showFunction && (
        <th scope="row">
          <a class="name" href={href(['functions', one.function, 'schedules'])}>
            {one.function}
          </a>
        </th>
      )}
      {showFunction ? <td>{name}</td> : <th scope="row">{name}</th>}
      <td class="from-m">
        <code>{one.schedule}</code> <span class="faint">{one.zone}</span>
      </td>
      <td class="nowrap">{one.paused ? <Badge tone="warn">paused</Badge> : <Next ms={one.next_ms} />}</td>
      <td class="from-s">
        <Last one={one} />
      </td>
      <td class="number from-l">{count(one.running)}</td>
      <td class="number from-l">{count(one.waiting)}</td>
      <td class="number from-l">{count(one.skipped)}</td>
      {mayDeploy.value && (
        <td class="end">
          <Actions one={one} reload={reload} />
        </td>
      )}
    </tr>
  );
}

function Next({ ms }: { ms: number[] }) {
  const [first] = ms;
  if (first === undefined) return <span class="faint">never again</span>;
  return (
    <span title={ms.map((one) => new Date(one).toLocaleString()).join('\n')}>
      <Ago ms={first} /> <small class="faint from-m-inline"><Clock ms={first} /></small>
    </span>
  );
}

const OUTCOMES: Record<string, Tone> = { succeeded: 'ok', failed: 'bad', dropped: 'idle' };

function Last({ one }: { one: Schedule }) {
  const { last } = one;
  if (!last) return <span class="faint">not yet</span>;
  const cause = last.fault ?? (last.status && last.outcome === 'failed' ? `status ${last.status}` : '');
  return (
    <a class="quiet" href={href(['logs'], { function: one.function, request_id: last.occurrence })} title="The log lines of this run">
      <Badge tone={OUTCOMES[last.outcome] ?? 'idle'}>
        {last.outcome} {cause && <small>{cause}</small>}
      </Badge>{' '}
      <small class="faint">
        <Ago ms={last.ended_ms} />
        {last.attempts > 1 ? `, ${last.attempts} attempts` : ''}
      </small>
    </a>
  );
}

function Actions({ one, reload }: { one: Schedule; reload: () => void }) {
  const send = async (what: 'run' | 'pause' | 'resume', done: string): Promise<void> => {
    const body = { function: one.function, schedule: one.name };
    if (await act(done, () => ask(`/cron/${what}`, { method: 'POST', body }))) reload();
  };
  const label = `${one.name} of ${one.function}`;
  return (
    <div class="actions">
      <button type="button" class="button small" aria-label={`Run now: ${label}`} onClick={() => send('run', `${label} runs.`)}>
        Run now
      </button>
      {one.paused ? (
        <button type="button" class="button small" aria-label={`Resume: ${label}`} onClick={() => send('resume', `${label} goes on.`)}>
          Resume
        </button>
      ) : (
        <button type="button" class="button small" aria-label={`Pause: ${label}`} onClick={() => send('pause', `${label} is paused.`)}>
          Pause
        </button>
      )}
    </div>
  );
}
