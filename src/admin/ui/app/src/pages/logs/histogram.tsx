// The levels of the lines that are held, over time.
//
// Invariant: it counts what the page holds and says so; the table behind the button has the same numbers.
import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { clock, count } from '../../core/format';
import type { Level, LogLine } from '../../core/types';
import { Icon } from '../../parts/icon';
import { LEVELS } from './query';

const BUCKETS = 60;
const HEIGHT = 40;

interface Bucket {
  from: number;
  counts: Record<Level, number>;
  total: number;
}

export function LevelHistogram({ lines }: { lines: LogLine[] }) {
  const isTable = useSignal(false);
  const buckets = useMemo(() => bucketsOf(lines), [lines]);
  const top = Math.max(1, ...buckets.map(({ total }) => total));
  const totals = LEVELS.map((level) => [level, buckets.reduce((sum, bucket) => sum + bucket.counts[level], 0)] as const);
  return (
    <figure class="histogram" aria-label="Lines of each level over time">
      <figcaption>
        <ul class="legend">
          {totals.map(([level, total]) => (
            <li key={level}>
              <i class={`square level-${level}`} aria-hidden="true" /> {level} <b>{count(total)}</b>
            </li>
          ))}
        </ul>
        <button type="button" class="icon-button" aria-pressed={isTable.value} aria-label="Levels as a table" title="As a table" onClick={() => (isTable.value = !isTable.value)}>
          <Icon name={isTable.value ? 'chart' : 'table'} />
        </button>
      </figcaption>
      {isTable.value ? <Values buckets={buckets} /> : <Drawing buckets={buckets} top={top} />}
    </figure>
  );
}

function bucketsOf(lines: LogLine[]): Bucket[] {
  const times = lines.map((line) => Date.parse(line.time));
  const first = times.reduce((low, time) => Math.min(low, time), Infinity);
  const last = times.reduce((high, time) => Math.max(high, time), -Infinity);
  const width = Math.max(1, (last - first) / BUCKETS);
  const buckets: Bucket[] = Array.from({ length: BUCKETS }, (_, at) => ({ from: first + at * width, counts: { debug: 0, info: 0, warn: 0, error: 0 }, total: 0 }));
  lines.forEach((line, at) => {
    const bucket = buckets[Math.min(BUCKETS - 1, Math.floor(((times[at] ?? first) - first) / width))];
    if (!bucket || !(line.level in bucket.counts)) return;
    bucket.counts[line.level] += 1;
    bucket.total += 1;
  });
  return buckets;
}

function Drawing({ buckets, top }: { buckets: Bucket[]; top: number }) {
  return (
    <>
      <svg class="bars-levels" viewBox={`0 0 ${BUCKETS * 10} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {buckets.map((bucket, at) => (
          <Stack key={at} bucket={bucket} x={at * 10} top={top} />
        ))}
      </svg>
      <div class="histogram-times" aria-hidden="true">
        <span>{clock(buckets[0]?.from ?? 0)}</span>
        <span>{clock(buckets.at(-1)?.from ?? 0)}</span>
      </div>
    </>
  );
}

function Stack({ bucket, x, top }: { bucket: Bucket; x: number; top: number }) {
  let y = HEIGHT;
  return (
    <g>
      {[...LEVELS].reverse().map((level) => {
        const height = (bucket.counts[level] / top) * HEIGHT;
        if (height === 0) return null;
        y -= height;
        return <rect key={level} class={`level-${level}`} x={x + 0.8} y={y} width={8.400} height={height} />;
      })}
    </g>
  );
}

function Values({ buckets }: { buckets: Bucket[] }) {
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label="Lines of each level">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">From</th>
            {LEVELS.map((level) => (
              <th key={level} scope="col" class="number">
                {level}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {buckets
            .filter(({ total }) => total > 0)
            .map((bucket) => (
              <tr key={bucket.from}>
                <th scope="row">{clock(bucket.from)}</th>
                {LEVELS.map((level) => (
                  <td key={level} class="number">
                    {count(bucket.counts[level])}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
