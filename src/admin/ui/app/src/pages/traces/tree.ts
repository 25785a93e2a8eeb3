// The spans of a trace as a tree in rows, and the axis of time with idle stretches folded.
//
// Invariant: every span has exactly one row, also those whose parent is not here and those that would close a circle.
import type { Span } from '../../core/types';

export interface Row {
  span: Span;
  depth: number;
  children: number;
  /** Whether it belongs to another function, or another service, than its parent. */
  isOther: boolean;
}

/** Parents before children, children by their beginning. */
export function rowsOf(spans: Span[], closed: ReadonlySet<string>): Row[] {
  const known = new Map(spans.map((span) => [span.span_id, span]));
  const children = new Map<string | null, Span[]>();
  for (const span of spans) {
    const parent = span.parent_id !== null && known.has(span.parent_id) && span.parent_id !== span.span_id ? span.parent_id : null;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  for (const some of children.values()) some.sort((one, other) => one.started_us - other.started_us);
  const rows: Row[] = [];
  const seen = new Set<string>();
  const owner = (span: Span | undefined): string => (span ? `${span.is_foreign} ${span.function ?? span.scope}` : '');
  const visit = (span: Span, depth: number, parent?: Span): void => {
    if (seen.has(span.span_id)) return;
    seen.add(span.span_id);
    const below = children.get(span.span_id) ?? [];
    rows.push({ span, depth, children: below.length, isOther: parent !== undefined && owner(span) !== owner(parent) });
    if (!closed.has(span.span_id)) below.forEach((child) => visit(child, depth + 1, span));
    else hide(below, children, seen);
  };
  (children.get(null) ?? []).forEach((span) => visit(span, 0));
  // What is left is a circle of parents: a foreign service may send that.
  spans.forEach((span) => visit(span, 0));
  return rows;
}

function hide(spans: Span[], children: Map<string | null, Span[]>, seen: Set<string>): void {
  for (const span of spans) {
    if (seen.has(span.span_id)) continue;
    seen.add(span.span_id);
    hide(children.get(span.span_id) ?? [], children, seen);
  }
}

export interface Stretch {
  from: number;
  to: number;
  isFolded: boolean;
}

/** A stretch without a working span is folded if it is this part of the whole. */
const FOLD_PART = 0.08;
/** What is left of it on the axis. */
const FOLDED_WIDTH = 0.03;

/** The axis: a moment of the trace (µs) as a part of the width, and back. */
export interface Axis {
  stretches: Stretch[];
  at: (us: number) => number;
  back: (part: number) => number;
}

/** Spans without children work; while none of them runs, the trace waits. */
export function axisOf(spans: Span[], from: number, to: number, isFolding: boolean): Axis {
  const stretches = isFolding ? foldIdle(spans, from, to) : [{ from, to, isFolded: false }];
  const length = to - from;
  const width = (stretch: Stretch): number => (stretch.isFolded ? length * FOLDED_WIDTH : stretch.to - stretch.from);
  const total = stretches.reduce((sum, stretch) => sum + width(stretch), 0) || 1;
  const walk = (value: number, isBack: boolean): number => {
    let passed = 0;
    for (const stretch of stretches) {
      const share = width(stretch) / total;
      const size = stretch.to - stretch.from;
      if (isBack ? value <= passed + share : value <= stretch.to) {
        return isBack ? stretch.from + (share > 0 ? (value - passed) / share : 0) * size : passed + share * Math.max(0, size > 0 ? (value - stretch.from) / size : 0);
      }
      passed += share;
    }
    return isBack ? to : 1;
  };
  return { stretches, at: (us) => walk(Math.max(from, Math.min(to, us)), false), back: (part) => walk(Math.max(0, Math.min(1, part)), true) };
}

function foldIdle(spans: Span[], from: number, to: number): Stretch[] {
  const parents = new Set(spans.map((span) => span.parent_id));
  const working = spans.filter((span) => !parents.has(span.span_id)).map((span) => [span.started_us, span.started_us + span.duration_us] as const);
  // The first and last moments of spans with children are worth seeing too.
  const edges = spans.flatMap((span) => [span.started_us, span.started_us + span.duration_us]).map((at) => [at, at] as const);
  const busy = [...working, ...edges].sort((one, other) => one[0] - other[0]);
  const stretches: Stretch[] = [];
  let last = from;
  const fold = (until: number): void => {
    if (until - last > (to - from) * FOLD_PART) {
      const margin = (until - last) * 0.05;
      stretches.push({ from: stretches.at(-1)?.to ?? from, to: last + margin, isFolded: false }, { from: last + margin, to: until - margin, isFolded: true });
    }
  };
  for (const [begin, end] of busy) {
    if (end < from || begin > to) continue;
    fold(Math.min(begin, to));
    last = Math.max(last, Math.min(end, to));
  }
  fold(to);
  stretches.push({ from: stretches.at(-1)?.to ?? from, to, isFolded: false });
  return stretches;
}
