// How long the calls took, over time: each cell is a stretch of both, the darker the more traces.
//
// Invariant: the scale of times is logarithmic and named; the table behind the button has the same numbers.
import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { clock, count, micros } from '../../core/format';
import type { TraceSummary } from '../../core/types';
import { Icon } from '../../parts/icon';

const COLUMNS = 48;
/** Steps of times: three for a factor of ten, from 100 µs on. */
const STEPS_US = [0, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1e6, 2e6, 5e6, 1e7];

interface Cell {
  column: number;
  row: number;
  all: number;
  bad: number;
}

interface Grid {
  cells: Cell[];
  from: number;
  width: number;
  low: number;
  rows: number;
  most: number;
}

export function Heatmap({ traces }: { traces: TraceSummary[] }) {
  const isTable = useSignal(false);
  const grid = useMemo(() => gridOf(traces), [traces]);
  return (
    <figure class="heatmap" aria-label="Time of calls over time">
      <figcaption>
        <ul class="legend">
          <li>
            <i class="square heat" aria-hidden="true" /> traces
          </li>
          <li>
            <i class="square heat-bad" aria-hidden="true" /> with a fault or status 5xx
          </li>
        </ul>
        <button type="button" class="icon-button" aria-pressed={isTable.value} aria-label="Times as a table" title="As a table" onClick={() => (isTable.value = !isTable.value)}>
          <Icon name={isTable.value ? 'chart' : 'table'} />
        </button>
      </figcaption>
      {isTable.value ? <Values grid={grid} /> : <Drawing grid={grid} />}
    </figure>
  );
}

const rowOf = (duration: number): number => STEPS_US.findLastIndex((step) => duration >= step);

function gridOf(traces: TraceSummary[]): Grid {
  const times = traces.map(({ started_ms: ms }) => ms);
  const from = Math.min(...times);
  const width = Math.max(1, (Math.max(...times) - from) / COLUMNS);
  const found = new Map<string, Cell>();
  for (const trace of traces) {
    const column = Math.min(COLUMNS - 1, Math.floor((trace.started_ms - from) / width));
    const row = rowOf(trace.duration_us);
    const cell = found.get(`${column} ${row}`) ?? { column, row, all: 0, bad: 0 };
    cell.all += 1;
    if (trace.fault || (trace.status ?? 0) >= 500) cell.bad += 1;
    found.set(`${column} ${row}`, cell);
  }
  const cells = [...found.values()];
  const low = Math.min(...cells.map(({ row }) => row));
  const high = Math.max(...cells.map(({ row }) => row));
  return { cells, from, width, low, rows: high - low + 1, most: Math.max(...cells.map(({ all }) => all)) };
}

const stepLabel = (row: number): string => (row === 0 ? `< ${micros(STEPS_US[1])}` : `≥ ${micros(STEPS_US[row])}`);

function Drawing({ grid }: { grid: Grid }) {
  const height = Math.max(72, grid.rows * 12);
  const cellHeight = height / grid.rows;
  return (
    <div class="heat-box" aria-hidden="true">
      <div class="heat-axis">
        <span>{stepLabel(grid.low + grid.rows - 1)}</span>
        {grid.rows > 1 && <span>{stepLabel(grid.low)}</span>}
      </div>
      <svg viewBox={`0 0 ${COLUMNS * 10} ${height}`} preserveAspectRatio="none" style={{ height: `${height}px` }}>
        {grid.cells.map((cell) => (
          <rect
            key={`${cell.column} ${cell.row}`}
            class={cell.bad > 0 ? 'heat-bad' : 'heat'}
            x={cell.column * 10 + 0.5}
            y={height - (cell.row - grid.low + 1) * cellHeight + 0.5}
            width={9}
            height={cellHeight - 1}
            fill-opacity={0.35 + 0.65 * (cell.all / grid.most)}
          >
            <title>{`${clock(grid.from + cell.column * grid.width)}, ${stepLabel(cell.row)}: ${cell.all}, ${cell.bad} of them bad`}</title>
          </rect>
        ))}
      </svg>
      <div class="histogram-times">
        <span>{clock(grid.from)}</span>
        <span>{clock(grid.from + COLUMNS * grid.width)}</span>
      </div>
    </div>
  );
}

function Values({ grid }: { grid: Grid }) {
  const rows = Array.from({ length: grid.rows }, (_, at) => grid.low + grid.rows - 1 - at);
  const sum = (row: number, of: 'all' | 'bad'): number => grid.cells.filter((cell) => cell.row === row).reduce((total, cell) => total + cell[of], 0);
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label="Times of calls">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Took</th>
            <th scope="col" class="number">Traces</th>
            <th scope="col" class="number">Bad</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">{stepLabel(row)}</th>
              <td class="number">{count(sum(row, 'all'))}</td>
              <td class="number">{count(sum(row, 'bad'))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
