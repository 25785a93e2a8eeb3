// A line of the last minutes in the height of a row.
//
// Invariant: its meaning is in its label, for those who do not see it; missing points leave a gap.
import type { Points } from '../core/types';

const WIDTH = 96;
const HEIGHT = 20;

/** The lines of a path, one for each stretch without a gap. */
export function linePath(points: Points, width: number, height: number, top: number): string {
  const step = points.length > 1 ? width / (points.length - 1) : width;
  let path = '';
  let isOpen = false;
  points.forEach((point, index) => {
    if (point === null) {
      isOpen = false;
      return;
    }
    const y = height - 1 - (top > 0 ? point / top : 0) * (height - 2);
    path += `${isOpen ? 'L' : 'M'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    isOpen = true;
  });
  return path;
}

const largest = (points: Points): number => points.reduce<number>((top, point) => (point !== null && point > top ? point : top), 0);

/** Adds up neighbours, so that there are no more points than pixels to tell them apart. */
export function thin(points: Points, most: number): Points {
  const size = Math.ceil(points.length / most);
  if (size <= 1) return points;
  const thinned: Points = [];
  for (let index = 0; index < points.length; index += size) {
    const some = points.slice(index, index + size).filter((point) => point !== null);
    thinned.push(some.length === 0 ? null : some.reduce((sum, point) => sum + point, 0) / some.length);
  }
  return thinned;
}

export function Sparkline({ points, marks, label, wide }: { points: Points; marks?: Points | undefined; label: string; wide?: boolean }) {
  const shown = thin(points, 60);
  const top = largest(shown);
  const line = linePath(shown, WIDTH, HEIGHT, top);
  const faults = marks ? thin(marks, 60) : [];
  const step = WIDTH / Math.max(1, faults.length - 1);
  return (
    <svg class={wide ? 'sparkline wide' : 'sparkline'} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="base" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
      {top > 0 && <path class="area" d={area(shown, line)} />}
      {top > 0 && <path class="line" d={line} />}
      {faults.map((fault, index) => (fault ? <path key={index} class="mark" d={`M${(index * step).toFixed(1)} 0V4`} /> : null))}
    </svg>
  );
}

/** The area is only filled below a line without gaps. */
function area(points: Points, line: string): string {
  return points.includes(null) ? '' : `${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`;
}

/** A few bars, such as the trend of a fault. */
export function Bars({ values, label }: { values: number[]; label: string }) {
  const top = Math.max(1, ...values);
  const width = WIDTH / Math.max(1, values.length);
  return (
    <svg class="sparkline bars" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="base" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
      {values.map((value, index) => {
        const height = value === 0 ? 0 : Math.max(2, (value / top) * (HEIGHT - 1));
        return <rect key={index} x={index * width + 0.75} y={HEIGHT - height} width={width - 1.5} height={height} />;
      })}
    </svg>
  );
}
