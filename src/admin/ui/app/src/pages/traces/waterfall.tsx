// The waterfall: a row for each span, on one axis of time that can be zoomed, with idle stretches folded.
//
// The keys `+`, `-`, `0` and the arrows zoom and move while the waterfall has the focus; each has a button as well.
//
// Invariant: every span can be reached by keyboard, and its times stand in its row as numbers.
import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { micros } from '../../core/format';
import type { LogLine, Span } from '../../core/types';
import { Icon } from '../../parts/icon';
import { Gap, useWindow } from '../../parts/windowed';
import { axisOf, rowsOf, type Axis, type Row } from './tree';

const ROW_HEIGHT = 28;
const TICKS = 5;
const ZOOM = 2;

interface Props {
  spans: Span[];
  logs: LogLine[];
  chosen: string | null;
  choose: (id: string | null) => void;
}

interface View {
  from: number;
  to: number;
}

export function Waterfall({ spans, logs, chosen, choose }: Props) {
  const whole = useMemo<View>(() => ({ from: 0, to: Math.max(1, ...spans.map((span) => span.started_us + span.duration_us)) }), [spans]);
  const view = useSignal<View | null>(null);
  const isFolding = useSignal(true);
  const closed = useSignal<ReadonlySet<string>>(new Set());
  const shown = view.value ?? whole;
  const axis = useMemo(() => axisOf(spans, shown.from, shown.to, isFolding.value), [spans, shown.from, shown.to, isFolding.value]);
  const rows = useMemo(() => rowsOf(spans, closed.value), [spans, closed.value]);
  const logged = useMemo(() => new Set(logs.map((line) => line.span_id)), [logs]);
  const zoom = (factor: number): void => {
    const middle = (shown.from + shown.to) / 2;
    const half = ((shown.to - shown.from) * factor) / 2;
    set(middle - half, middle + half);
  };
  const set = (from: number, to: number): void => {
    const next = { from: Math.max(whole.from, from), to: Math.min(whole.to, to) };
    if (next.to - next.from < 2) return;
    view.value = next.from === whole.from && next.to === whole.to ? null : next;
  };
  const move = (part: number): void => {
    const by = (shown.to - shown.from) * part;
    if (shown.from + by >= whole.from && shown.to + by <= whole.to) set(shown.from + by, shown.to + by);
  };
  const onKey = (event: KeyboardEvent): void => {
    const keys: Record<string, () => void> = {
      '+': () => zoom(1 / ZOOM),
      '-': () => zoom(ZOOM),
      '0': () => (view.value = null),
      ArrowLeft: () => move(-0.25),
      ArrowRight: () => move(0.25),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    act();
    event.preventDefault();
  };
  const toggle = (id: string): void => {
    const next = new Set(closed.value);
    if (!next.delete(id)) next.add(id);
    closed.value = next;
  };
  return (
    <div class="waterfall" onKeyDown={onKey}>
      <div class="waterfall-tools">
        <Lanes spans={spans} />
        <div class="actions">
          <label class="check">
            <input type="checkbox" checked={isFolding.value} onChange={(event) => (isFolding.value = event.currentTarget.checked)} /> Fold idle stretches
          </label>
          <button type="button" class="icon-button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoom(1 / ZOOM)}>
            <Icon name="zoomIn" />
          </button>
          <button type="button" class="icon-button" aria-label="Zoom out" title="Zoom out (-)" disabled={!view.value} onClick={() => zoom(ZOOM)}>
            <Icon name="zoomOut" />
          </button>
          <button type="button" class="icon-button" aria-label="Earlier" title="Earlier (left)" disabled={!view.value} onClick={() => move(-0.25)}>
            <Icon name="left" />
          </button>
          <button type="button" class="icon-button" aria-label="Later" title="Later (right)" disabled={!view.value} onClick={() => move(0.25)}>
            <Icon name="right" />
          </button>
          <button type="button" class="button small" disabled={!view.value} onClick={() => (view.value = null)}>
            Whole
          </button>
        </div>
      </div>
      <Rows {...{ rows, axis, chosen, choose, closed: closed.value, toggle, logged, set }} />
    </div>
  );
}

/** What Skep does before a function's code runs: waiting for an instance, and the phases of starting one. */
const HOST_SPANS = new Set(['queue', 'boot', 'thread', 'isolate', 'assign', 'compile', 'evaluate', 'first_call']);

/** Which lane a span belongs to. */
export function laneOf(span: Span): 'host' | 'function' | 'foreign' {
  if (span.is_foreign) return 'foreign';
  const isHost = span.scope === 'skep.ingress' || span.scope === 'skep.release' || (span.scope === 'skep.runtime' && HOST_SPANS.has(span.name));
  return isHost ? 'host' : 'function';
}

const LANES = { host: 'Skep', function: 'functions', foreign: 'other services' } as const;

function Lanes({ spans }: { spans: Span[] }) {
  const present = new Set(spans.map(laneOf));
  return (
    <ul class="legend">
      {(Object.keys(LANES) as (keyof typeof LANES)[])
        .filter((lane) => present.has(lane))
        .map((lane) => (
          <li key={lane}>
            <i class={`square lane-${lane}`} aria-hidden="true" /> {LANES[lane]}
          </li>
        ))}
    </ul>
  );
}

interface RowsProps {
  rows: Row[];
  axis: Axis;
  chosen: string | null;
  choose: (id: string | null) => void;
  closed: ReadonlySet<string>;
  toggle: (id: string) => void;
  logged: ReadonlySet<string | undefined>;
  set: (from: number, to: number) => void;
}

function Rows(props: RowsProps) {
  const { rows: list, axis } = props;
  const { rows, window } = useWindow<HTMLTableSectionElement>(list.length, ROW_HEIGHT);
  const ticks = Array.from({ length: TICKS }, (_, at) => at / (TICKS - 1));
  return (
    <table class="table spans" aria-rowcount={list.length + 1}>
      <caption class="sr-only">Spans of the trace</caption>
      <thead>
        <tr>
          <th scope="col" class="span-name">Span</th>
          <th scope="col" class="number span-took">Took</th>
          <th scope="col" class="span-lane">
            <div class="ticks">
              {ticks.map((tick) => (
                <span key={tick} style={{ left: `${tick * 100}%` }}>
                  {micros(Math.round(axis.back(tick)))}
                </span>
              ))}
            </div>
          </th>
        </tr>
      </thead>
      <tbody ref={rows}>
        <Gap rows={window.first} height={ROW_HEIGHT} />
        {list.slice(window.first, window.end).map((row) => (
          <SpanRow key={row.span.span_id} row={row} {...props} />
        ))}
        <Gap rows={list.length - window.end} height={ROW_HEIGHT} />
      </tbody>
    </table>
  );
}

function SpanRow({ row, axis, chosen, choose, closed, toggle, logged, set }: RowsProps & { row: Row }) {
  const { span, depth, children } = row;
  const id = span.span_id;
  const end = span.started_us + span.duration_us;
  const [left, right] = [axis.at(span.started_us), axis.at(end)];
  const isSeen = end >= axis.back(0) && span.started_us <= axis.back(1);
  const isBad = span.status === 'error';
  const isClosed = closed.has(id);
  return (
    <tr class={`span-row${chosen === id ? ' chosen' : ''}`}>
      <th scope="row" class="span-name">
        <div class="span-cell" style={{ paddingLeft: `${Math.min(depth, 12) * 14}px` }}>
          {children > 0 ? (
            <button type="button" class={isClosed ? 'twist' : 'twist open'} aria-expanded={!isClosed} aria-label={`Spans below ${span.name}`} onClick={() => toggle(id)}>
              <Icon name="right" />
            </button>
          ) : (
            <i class="twist" />
          )}
          <button type="button" class="span-button" aria-pressed={chosen === id} onClick={() => choose(chosen === id ? null : id)} onDblClick={() => set(span.started_us, end)}>
            <span class={isBad ? 'tone-bad' : ''}>{span.name}</span>
            {isBad && <span class="sr-only"> (error)</span>}
            {row.isOther && <small class="faint"> {span.function ?? span.scope}</small>}
          </button>
        </div>
      </th>
      <td class="number span-took">{micros(span.duration_us)}</td>
      <td class="span-lane" onClick={() => choose(chosen === id ? null : id)}>
        <div class="lane">
          {axis.stretches
            .filter(({ isFolded }) => isFolded)
            .map((stretch) => (
              <i
                key={stretch.from}
                class="fold"
                title={`${micros(stretch.to - stretch.from)} in which nothing ran`}
                style={{ left: `${axis.at(stretch.from) * 100}%`, width: `${(axis.at(stretch.to) - axis.at(stretch.from)) * 100}%` }}
              />
            ))}
          {isSeen && <i class={`span-bar lane-${laneOf(span)}${isBad ? ' bad' : ''}`} style={{ left: `${left * 100}%`, width: `${Math.max(0.15, (right - left) * 100)}%` }} />}
          {isSeen && span.events.map((event, at) => <i key={at} class="event" title={event.name} style={{ left: `${axis.at(event.at_us) * 100}%` }} />)}
          {isSeen && logged.has(id) && <i class="logged" title="It has log lines" style={{ left: `${right * 100}%` }} />}
        </div>
      </td>
    </tr>
  );
}
