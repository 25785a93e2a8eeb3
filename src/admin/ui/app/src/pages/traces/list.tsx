// The traces that the ring holds: filtered, with why each was kept, and their times as a heatmap.
//
// Invariant: the filters stand in the address, and the server applies them.
import { micros, plural, shortVersion } from '../../core/format';
import { at } from '../../core/api';
import { useLater } from '../../core/later';
import { isMissing, usePoll } from '../../core/poll';
import { href, query, setQuery } from '../../core/router';
import type { Kept, TraceSummary } from '../../core/types';
import { Field, FunctionField, Search, Select } from '../../parts/field';
import { Empty, Loading, Missing, Problem } from '../../parts/note';
import { Card, Page } from '../../parts/page';
import { Badge, httpTone, type Tone } from '../../parts/status';
import { Clock } from '../../parts/time';
import { Gap, useWindow } from '../../parts/windowed';
import { Heatmap } from './heatmap';

const ROW_HEIGHT = 34;
const LIMIT = 500;
const EVERY_MS = 3000;

export const KEPT: Record<Kept, { tone: Tone; why: string }> = {
  fault: { tone: 'bad', why: 'The call ended in a fault.' },
  error: { tone: 'bad', why: 'It was answered with a status of 500 or more.' },
  slow: { tone: 'warn', why: 'It was slower than the function usually is.' },
  sampled: { tone: 'idle', why: 'One of the few of each second that are always kept.' },
  watched: { tone: 'info', why: 'Somebody watched the function.' },
};

const STATUSES: [string, string][] = [
  ['', 'Any'],
  ['2xx', '2xx'],
  ['3xx', '3xx'],
  ['4xx', '4xx'],
  ['5xx', '5xx'],
];

const SINCE: [string, string][] = [
  ['', 'All that are kept'],
  ['5m', '5 minutes'],
  ['1h', '1 hour'],
  ['24h', '24 hours'],
];

export function TracesPage() {
  const get = (key: string): string => query.value.get(key) ?? '';
  const asked = useLater(Object.fromEntries(['function', 'fault', 'status', 'min_ms', 'since', 'q'].map((key) => [key, get(key)])), 300);
  const traces = usePoll<TraceSummary[]>(at(['traces'], { ...asked, limit: LIMIT }), EVERY_MS);
  const list = traces.data.value;
  const error = traces.error.value;
  const isFiltered = Object.values(asked).some(Boolean);
  return (
    <Page title="Traces" sub="Faults, errors and slow calls are kept first, and a few ordinary ones of each second.">
      <div class="filters">
        <div class="field grow">
          <span class="label" aria-hidden="true">
            Name or id
          </span>
          <Search label="Find by name or trace id" value={get('q')} onInput={(q) => setQuery({ q })} />
        </div>
        <FunctionField value={get('function')} onInput={(name) => setQuery({ function: name })} />
        <Field label="Fault" placeholder="any" value={get('fault')} onInput={(fault) => setQuery({ fault })} />
        <Select label="Status" value={get('status')} options={STATUSES} onChange={(status) => setQuery({ status })} />
        <Field label="At least ms" type="number" min={0} placeholder="0" value={get('min_ms')} onInput={(min) => setQuery({ min_ms: min })} />
        <Select label="Since" value={get('since')} options={SINCE} onChange={(since) => setQuery({ since })} />
      </div>
      {!list && error && (isMissing(error) ? <Missing what="traces" /> : <Problem error={error} />)}
      {!list && !error && <Loading what="Loading the traces" />}
      {list && list.length > 1 && <Heatmap traces={list} />}
      {list?.length === 0 && (
        <Card>
          {isFiltered ? (
            <Empty title="No trace matches.">Take a filter away, or look further back.</Empty>
          ) : (
            <Empty title="No trace is kept yet." command="skep invoke hello">
              Each call makes one. Call a function and look again.
            </Empty>
          )}
        </Card>
      )}
      {list && list.length > 0 && <Table traces={list} />}
    </Page>
  );
}

function Table({ traces }: { traces: TraceSummary[] }) {
  const { rows, window } = useWindow<HTMLTableSectionElement>(traces.length, ROW_HEIGHT);
  const longest = Math.max(1, ...traces.map((trace) => trace.duration_us));
  return (
    <Card title={plural(traces.length, 'trace')} flush>
      <table class="table" aria-rowcount={traces.length + 1}>
        <caption class="sr-only">Traces, newest first</caption>
        <thead>
          <tr>
            <th scope="col" class="log-time">Began</th>
            <th scope="col">Name</th>
            <th scope="col" class="from-m">Function</th>
            <th scope="col" class="from-l">Version</th>
            <th scope="col" class="from-s">Answer</th>
            <th scope="col" class="number">Took</th>
            <th scope="col" class="from-m took-cell">
              <span class="sr-only">Compared</span>
            </th>
            <th scope="col" class="number from-l">Spans</th>
            <th scope="col">Kept</th>
          </tr>
        </thead>
        <tbody ref={rows}>
          <Gap rows={window.first} height={ROW_HEIGHT} />
          {traces.slice(window.first, window.end).map((trace) => (
            <Line key={trace.trace_id} trace={trace} longest={longest} />
          ))}
          <Gap rows={traces.length - window.end} height={ROW_HEIGHT} />
        </tbody>
      </table>
    </Card>
  );
}

function Line({ trace, longest }: { trace: TraceSummary; longest: number }) {
  const kept = KEPT[trace.kept];
  const tone = trace.fault ? 'bad' : httpTone(trace.status);
  return (
    <tr class="row">
      <td class="log-time">
        <Clock ms={trace.started_ms} />
      </td>
      <th scope="row" class="cut">
        <a class="name" href={href(['traces', trace.trace_id])}>
          {trace.name}
        </a>
      </th>
      <td class="from-m">{trace.function ?? <span class="faint">host</span>}</td>
      <td class="from-l mono faint">{shortVersion(trace.version)}</td>
      <td class="from-s">
        <Badge tone={tone}>{[trace.status, trace.fault].filter(Boolean).join(' ') || 'none'}</Badge>
      </td>
      <td class="number">{micros(trace.duration_us)}</td>
      <td class="from-m took-cell bar-cell">
        <i class={`bar tone-${tone}`} style={{ left: '0', width: `${Math.max(0.5, (trace.duration_us / longest) * 100)}%` }} />
      </td>
      <td class="number from-l">{trace.spans}</td>
      <td title={kept?.why}>
        <span class={`tone-${kept?.tone ?? 'idle'}`}>{trace.kept}</span>
      </td>
    </tr>
  );
}
