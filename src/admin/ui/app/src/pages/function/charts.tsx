// The live charts of a function: calls and faults, times, CPU, memory, calls in flight, instances.
//
// Invariant: all charts of the page show the same stretch of time, and point at the same moment.
import { useMemo } from 'preact/hooks';
import { bytes, count, micros, percent, rate } from '../../core/format';
import { perSecond, timesOf } from '../../core/history';
import { isMissing, usePoll } from '../../core/poll';
import { query, setQuery } from '../../core/router';
import type { FunctionDetail, History, Points, Range } from '../../core/types';
import { BYTE_STEPS, Chart, COUNT_STEPS, type ChartProps } from '../../parts/chart';
import { Choice } from '../../parts/field';
import { Empty, Loading, Missing, Problem } from '../../parts/note';
import { Card } from '../../parts/page';
import { CandidateCard } from './candidate';

const RANGES: [Range, string][] = [
  ['5m', '5 minutes'],
  ['1h', '1 hour'],
  ['24h', '24 hours'],
];

const EVERY_MS: Record<Range, number> = { '5m': 1000, '1h': 10_000, '24h': 60_000 };

export function Charts({ detail }: { detail: FunctionDetail }) {
  const asked = query.value.get('range') as Range | null;
  const range = asked && asked in EVERY_MS ? asked : '5m';
  const history = usePoll<History[]>(`/history?range=${range}&function=${encodeURIComponent(detail.name)}`, EVERY_MS[range]);
  const got = history.data.value?.[0];
  const error = history.error.value;
  return (
    <>
      <NowStrip detail={detail} />
      {detail.candidate && <CandidateCard detail={detail} />}
      <Card
        title="Over time"
        actions={<Choice label="Stretch of time" value={range} options={RANGES} onChange={(range) => setQuery({ range: range === '5m' ? '' : range })} />}
      >
        {!got && isMissing(error) && <Missing what="history" />}
        {!got && error && !isMissing(error) && <Problem error={error} />}
        {!got && !error && !history.data.value && <Loading what="Loading its history" />}
        {!got && history.data.value && (
          <Empty title="It was not called yet." command={`skep invoke ${detail.name}`}>
            Its history begins with its first call.
          </Empty>
        )}
        {got && <Grid history={got} detail={detail} />}
      </Card>
    </>
  );
}

function NowStrip({ detail }: { detail: FunctionDetail }) {
  const memory = detail.heap_bytes + detail.external_bytes;
  const figures: [string, string, string][] = [
    ['Instances', count(detail.ready), detail.booting > 0 ? `${count(detail.booting)} load` : `${count(detail.wanted)} wanted`],
    ['In flight', count(detail.in_flight), detail.waiting > 0 ? `${count(detail.waiting)} wait` : 'none waits'],
    ['Memory', bytes(memory), `${bytes(detail.heap_bytes)} heap`],
    ['Calls', count(detail.calls), 'since it is live'],
    ['Faults', count(detail.faults), detail.calls > 0 ? `${percent((detail.faults / detail.calls) * 100)} of its calls` : 'no calls yet'],
  ];
  return (
    <ul class="tiles" aria-label={`${detail.name} now`}>
      {figures.map(([name, value, more]) => (
        <li key={name} class="tile">
          <span class="tile-name">{name}</span>
          <span class="tile-value">{value}</span>
          <div class="tile-more">{more}</div>
        </li>
      ))}
    </ul>
  );
}

function Grid({ history, detail }: { history: History; detail: FunctionDetail }) {
  const charts = useMemo(() => chartsOf(history, detail.scale?.max), [history]);
  return (
    <div class="charts">
      {charts.map((chart) => (
        <Chart key={chart.title} {...chart} />
      ))}
    </div>
  );
}

/** The charts of a function, or of the host. */
export function chartsOf(history: History, most?: number): ChartProps[] {
  const times = timesOf(history);
  const { step_s: step } = history;
  const cores = (points: Points): Points => points.map((used) => (used === null ? null : used / step / 10_000));
  return [
    {
      title: 'Calls and faults a second',
      times,
      format: rate,
      floor: 1,
      series: [
        { label: 'calls', points: perSecond(history.calls, step), colour: '--calls', isFilled: true },
        { label: 'faults', points: perSecond(history.faults, step), colour: '--bad' },
      ],
    },
    {
      title: 'Time of calls',
      times,
      format: micros,
      series: [
        { label: 'p50', points: history.p50_us, colour: '--p50' },
        { label: 'p99', points: history.p99_us, colour: '--p99', isDashed: true },
      ],
    },
    { title: 'CPU, 100 % is a core', times, format: percent, floor: 1, series: [{ label: 'CPU', points: cores(history.cpu_us), colour: '--cpu', isFilled: true }] },
    { title: 'Memory', times, format: bytes, floor: 1 << 20, steps: BYTE_STEPS, series: [{ label: 'memory', points: history.memory_bytes, colour: '--memory', isFilled: true }] },
    { title: 'Calls in flight', times, format: count, floor: 2, steps: COUNT_STEPS, series: [{ label: 'in flight', points: history.in_flight, colour: '--calls', isFilled: true }] },
    {
      title: 'Instances',
      times,
      format: count,
      floor: 2,
      steps: COUNT_STEPS,
      series: [{ label: 'instances', points: history.instances, colour: '--memory', isFilled: true }],
      limit: most === undefined ? undefined : { value: most, label: `at most ${most}` },
    },
  ];
}
