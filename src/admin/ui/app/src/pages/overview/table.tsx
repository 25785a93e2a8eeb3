// Every function: chosen by text and state, sorted by a column, the rows that are seen with their last minutes.
//
// Invariant: text, state and order stand in the address; ten thousand rows cost what a screenful costs.
import { useMemo } from 'preact/hooks';
import { bytes, count, micros, percent, shortVersion } from '../../core/format';
import { histories, useHistories } from '../../core/history';
import { href, query, setQuery } from '../../core/router';
import { Choice, Search } from '../../parts/field';
import { Icon } from '../../parts/icon';
import { Empty } from '../../parts/note';
import { Card } from '../../parts/page';
import { Sparkline } from '../../parts/sparkline';
import { Badge, healthTone } from '../../parts/status';
import { Gap, useWindow } from '../../parts/windowed';
import { choose, countOf, type Column, type Row, type Shown } from './rows';

const ROW_HEIGHT = 36;

const COLUMNS: { key: Column; label: string; title?: string; class: string }[] = [
  { key: 'calls', label: 'Calls/min', class: 'number' },
  { key: 'faults', label: 'Faults', title: 'Faults in the last minute, and their part of the calls', class: 'number' },
  { key: 'p50', label: 'p50', title: 'Half of the calls of the last minute were faster', class: 'number from-m' },
  { key: 'p99', label: 'p99', title: '99 of 100 calls of the last minute were faster', class: 'number from-s' },
  { key: 'cpu', label: 'CPU', title: 'CPU of the last minute; 100 % is one core', class: 'number from-l' },
  { key: 'memory', label: 'Memory', title: 'Heap and memory outside of it, all instances', class: 'number from-m' },
  { key: 'instances', label: 'Inst.', title: 'Instances', class: 'number from-l' },
  { key: 'in_flight', label: 'In flight', title: 'Calls that are under way', class: 'number from-l' },
];

export function FunctionTable({ rows }: { rows: Row[] }) {
  const text = query.value.get('q') ?? '';
  const shown = (query.value.get('show') ?? 'all') as Shown;
  const column = (query.value.get('sort') ?? 'name') as Column;
  const isReversed = query.value.get('order') === 'reversed';
  const chosen = useMemo(() => choose(rows, text, shown, column, isReversed), [rows, text, shown, column, isReversed]);
  const kinds: [Shown, string][] = [
    ['all', `All ${count(rows.length)}`],
    ['attention', `Attention ${count(countOf(rows, 'attention'))}`],
    ['active', `Active ${count(countOf(rows, 'active'))}`],
    ['idle', `Idle ${count(countOf(rows, 'idle'))}`],
  ];
  return (
    <Card flush class="functions">
      <div class="toolbar">
        <h2 class="sr-only">Functions</h2>
        <Search label="Find a function" value={text} onInput={(q) => setQuery({ q })} />
        <Choice label="State" value={shown} options={kinds} onChange={(show) => setQuery({ show: show === 'all' ? '' : show })} />
      </div>
      {chosen.length === 0 ? (
        <Empty title="No function matches.">Try another name or state.</Empty>
      ) : (
        <Table rows={chosen} column={column} isReversed={isReversed} />
      )}
    </Card>
  );
}

function Table({ rows, column, isReversed }: { rows: Row[]; column: Column; isReversed: boolean }) {
  const { rows: body, window } = useWindow<HTMLTableSectionElement>(rows.length, ROW_HEIGHT);
  const seen = rows.slice(window.first, window.end);
  useHistories(seen.filter((row) => row.state !== 'idle').map(({ name }) => name));
  const known = histories.value;
  const sort = { column, isReversed };
  return (
    <table class="table sticky" aria-rowcount={rows.length + 1}>
      <caption class="sr-only">Functions</caption>
      <thead>
        <tr aria-rowindex={1}>
          <Head name="name" label="Function" sort={sort} />
          <Head name="state" label="State" sort={sort} class="from-s col-state" />
          <th scope="col" class="from-m col-spark">
            5 minutes
          </th>
          {COLUMNS.map(({ key, label, title, class: of }) => (
            <Head key={key} name={key} label={label} title={title} sort={sort} class={`${of} col-${key}`} />
          ))}
          <th scope="col" class="from-xl col-version">
            Version
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        <Gap rows={window.first} height={ROW_HEIGHT} />
        {seen.map((row, index) => (
          <Line key={row.name} row={row} index={window.first + index} history={known.get(row.name)} />
        ))}
        <Gap rows={rows.length - window.end} height={ROW_HEIGHT} />
      </tbody>
    </table>
  );
}

function Head({ name, label, title, sort, class: of }: {
  name: Column;
  label: string;
  title?: string | undefined;
  sort: { column: Column; isReversed: boolean };
  class?: string;
}) {
  const isSorted = sort.column === name;
  const isUp = (name === 'name') !== sort.isReversed;
  const turn = (): void => setQuery({ sort: name === 'name' ? '' : name, order: isSorted && !sort.isReversed ? 'reversed' : '' });
  return (
    <th scope="col" class={of} aria-sort={isSorted ? (isUp ? 'ascending' : 'descending') : undefined}>
      <button type="button" class="sort" title={title} onClick={turn}>
        {label}
        {isSorted && <Icon name={isUp ? 'up' : 'down'} />}
      </button>
    </th>
  );
}

/** Nothing is said softly, so that the eye finds what is something. */
const dim = (value: number | null, format: (value: number | null) => string) => (value ? format(value) : <span class="faint">{format(value)}</span>);

function Line({ row, index, history }: { row: Row; index: number; history: import('../../core/types').History | undefined }) {
  const faults = row.faults_1m ?? 0;
  const part = row.calls_1m ? (faults / row.calls_1m) * 100 : null;
  const values = [
    dim(row.calls_1m, count),
    faults > 0 && part !== null ? (
      <span class="tone-bad" title={percent(part)}>
        {count(faults)} <small>({percent(part)})</small>
      </span>
    ) : (
      dim(row.faults_1m, count)
    ),
    dim(row.p50_us, micros),
    dim(row.p99_us, micros),
    dim(row.cpu_us_1m === null ? null : row.cpu_us_1m / 600_000, percent),
    dim(row.memory_bytes, bytes),
    dim(row.instances, count),
    dim(row.in_flight, count),
  ];
  return (
    <tr class="row" aria-rowindex={index + 2}>
      <th scope="row">
        <a class="name" href={href(['functions', row.name])}>
          {row.name}
        </a>
        {row.candidate !== undefined && <span class="tag" title={`A candidate gets ${row.candidate} % of the calls`}>canary {percent(row.candidate)}</span>}
      </th>
      <td class="from-s">
        <Badge tone={healthTone[row.state]}>{row.state}</Badge>
      </td>
      <td class="from-m spark">{history && <Sparkline points={history.calls} marks={history.faults} label={`Calls of ${row.name} in the last 5 minutes`} />}</td>
      {COLUMNS.map(({ key, class: of }, at) => (
        <td key={key} class={`${of} col-${key}`}>
          {values[at]}
        </td>
      ))}
      <td class="from-xl mono faint">{shortVersion(row.version)}</td>
    </tr>
  );
}
