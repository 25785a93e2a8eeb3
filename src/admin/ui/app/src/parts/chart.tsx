// A chart over time, drawn by uPlot, with its values as a table beside it.
//
// The legend is ours: it shows the newest values, or those under the pointer.
//
// Invariant: whoever cannot see or point at the chart reads the same values from the table.
import { useEffect, useId, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clock, DASH } from '../core/format';
import { colour, paint } from '../core/theme';
import type { Points } from '../core/types';
import { Icon } from './icon';

export interface Series {
  label: string;
  points: Points;
  /** A custom property of the style sheet. */
  colour: string;
  isDashed?: boolean;
  isFilled?: boolean;
}

export interface ChartProps {
  title: string;
  /** Seconds since 1970, one for each point. */
  times: number[];
  series: Series[];
  format: (value: number | null | undefined) => string;
  /** The scale reaches so far at least: what is less is nearly nothing, and is drawn so. */
  floor?: number;
  /** Steps of the scale that are round in this unit. */
  steps?: number[];
  /** A line that values should stay below. */
  limit?: { value: number; label: string } | undefined;
}

const HEIGHT = 132;
const TABLE_ROWS = 60;
const SYNC = 'skep';

/** Round sizes: powers of two. */
export const BYTE_STEPS = Array.from({ length: 45 }, (_, power) => 2 ** power);
/** Round numbers of things that are whole. */
export const COUNT_STEPS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

export function Chart(props: ChartProps) {
  const { title, times, series, format } = props;
  const isTable = useSignal(false);
  const pointed = useSignal<number | null>(null);
  const id = useId();
  const last = lastKnown(series);
  const at = pointed.value ?? last;
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption>
        <h3 id={id}>{title}</h3>
        <button
          type="button"
          class="icon-button"
          aria-pressed={isTable.value}
          aria-label={`${title} as a table`}
          title="As a table"
          onClick={() => (isTable.value = !isTable.value)}
        >
          <Icon name={isTable.value ? 'chart' : 'table'} />
        </button>
        <ul class="legend">
          {series.map((one) => (
            <li key={one.label}>
              <Key series={one} />
              {one.label} <b>{at === null ? DASH : format(one.points[at])}</b>
            </li>
          ))}
          {props.limit && <li class="faint">{props.limit.label}</li>}
        </ul>
      </figcaption>
      {isTable.value ? <Values times={times} series={series} format={format} title={title} /> : <Plot {...props} onPoint={(at) => (pointed.value = at)} />}
    </figure>
  );
}

/** The newest point at which any series has a value. */
function lastKnown(series: Series[]): number | null {
  const length = series[0]?.points.length ?? 0;
  for (let at = length - 1; at >= 0; at -= 1) if (series.some((one) => one.points[at] !== null)) return at;
  return null;
}

function Key({ series }: { series: Series }) {
  return (
    <svg class="key" viewBox="0 0 16 8" aria-hidden="true">
      <path d="M0 4H16" style={{ stroke: `var(${series.colour})` }} strokeDasharray={series.isDashed ? '4 3' : undefined} />
    </svg>
  );
}

function Values({ times, series, format, title }: Pick<ChartProps, 'times' | 'series' | 'format' | 'title'>) {
  const first = Math.max(0, times.length - TABLE_ROWS);
  const rows = times.slice(first).map((time, index) => ({ time, at: first + index }));
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label={`${title}, the last ${rows.length} points`}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map((one) => (
              <th key={one.label} scope="col" class="number">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.reverse().map(({ time, at }) => (
            <tr key={time}>
              <th scope="row">{clock(time * 1000)}</th>
              {series.map((one) => (
                <td key={one.label} class="number">
                  {format(one.points[at])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Plot(props: ChartProps & { onPoint: (at: number | null) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shape = props.series.map((one) => one.label + one.colour).join() + paint.value + (props.limit?.value ?? '');
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const made = new uPlot(options(props, element.clientWidth), data(props), element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data(props)), [props.times, ...props.series.map((one) => one.points)]);
  return <div ref={box} class="plot" aria-hidden="true" />;
}

const data = ({ times, series }: ChartProps): uPlot.AlignedData => [times, ...series.map((one) => one.points)] as uPlot.AlignedData;

function options({ series, format, limit, floor = 0, steps, onPoint }: ChartProps & { onPoint: (at: number | null) => void }, width: number): uPlot.Options {
  const grid = { stroke: colour('--grid'), width: 1 };
  const axis = { stroke: colour('--faint'), grid, ticks: { show: false }, font: '11px system-ui, sans-serif' };
  const ceiling = (_: uPlot, __: number, top: number): uPlot.Range.MinMax => [
    0,
    Math.max(top * 1.1, floor, limit && top > limit.value / 2 ? limit.value * 1.05 : 0) || 1,
  ];
  return {
    width,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: SYNC }, drag: { x: false, y: false }, points: { size: 6 }, y: false },
    scales: { x: { time: true }, y: { range: ceiling } },
    axes: [
      { ...axis, space: 64, size: 24, gap: 4, values: (_, splits) => splits.map(label) },
      { ...axis, size: 58, gap: 6, space: 26, ...(steps ? { incrs: steps } : {}), values: (_, splits) => splits.map((value) => format(value)) },
    ],
    series: [{}, ...series.map(drawn)],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)], draw: limit ? [(plot) => drawLimit(plot, limit.value)] : [] },
  };
}

const label = (seconds: number): string => {
  const text = clock(seconds * 1000);
  return text.endsWith(':00') ? text.slice(0, 5) : text;
};

/** A value without neighbours has no line: it is drawn as a point. */
const isAlone = (points: Points, at: number): boolean => points[at] !== null && (points[at - 1] ?? null) === null && (points[at + 1] ?? null) === null;
const alone = (points: Points): number[] => points.flatMap((_, at) => (isAlone(points, at) ? [at] : []));

function drawn(one: Series): uPlot.Series {
  const stroke = colour(one.colour);
  const series: uPlot.Series = { label: one.label, stroke, width: 1.5, spanGaps: false };
  series.points = { show: true, size: 4, fill: stroke, width: 0, filter: (plot, index) => alone((plot.data[index] ?? []) as Points) };
  if (one.isDashed) series.dash = [5, 4];
  if (one.isFilled) series.fill = stroke.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.1)');
  return series;
}

function drawLimit(plot: uPlot, value: number): void {
  const top = plot.scales.y?.max ?? 0;
  if (value > top) return;
  const y = plot.valToPos(value, 'y', true);
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour('--bad');
  ctx.setLineDash([2, 4]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
