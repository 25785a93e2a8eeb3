// The functions of the overview: what is known of each, chosen and sorted.
//
// Without `/overview` the list of functions stands in; it knows no times.
//
// Invariant: the same words for a state whichever of the two it came from.
import type { FunctionSummary, Health, OverviewFunction } from '../../core/types';

export type Column = 'name' | 'state' | 'calls' | 'faults' | 'p50' | 'p99' | 'cpu' | 'memory' | 'instances' | 'in_flight';
export type Shown = 'all' | 'attention' | 'active' | 'idle';

export interface Row extends OverviewFunction {
  reason?: string | undefined;
  candidate?: number | undefined;
}

export function rowsOf(overview: OverviewFunction[] | undefined, listed: FunctionSummary[] | undefined): Row[] | undefined {
  if (!overview) return listed?.map(standIn);
  const summaries = new Map(listed?.map((summary) => [summary.name, summary]));
  return overview.map((row) => {
    const summary = summaries.get(row.name);
    return { ...row, reason: summary?.reason, candidate: summary?.candidate?.percent };
  });
}

function standIn(summary: FunctionSummary): Row {
  const states: Record<FunctionSummary['state'], Health> = {
    registered: 'idle',
    live: summary.ready > 0 ? 'ok' : 'idle',
    broken: 'broken',
    quarantined: 'quarantined',
  };
  return {
    name: summary.name,
    version: summary.version ?? null,
    dialect: null,
    state: states[summary.state],
    calls_1m: null,
    faults_1m: null,
    p50_us: null,
    p99_us: null,
    cpu_us_1m: null,
    memory_bytes: summary.heap_bytes + summary.external_bytes,
    instances: summary.ready + summary.booting,
    in_flight: summary.in_flight,
    reason: summary.reason,
    candidate: summary.candidate?.percent,
  };
}

export const needsAttention = (row: Row): boolean => row.state === 'faulting' || row.state === 'broken' || row.state === 'quarantined';

const RANK: Record<Health, number> = { quarantined: 0, broken: 1, faulting: 2, ok: 3, idle: 4 };

const VALUES: Record<Column, (row: Row) => number | string> = {
  name: (row) => row.name,
  state: (row) => -RANK[row.state],
  calls: (row) => row.calls_1m ?? -1,
  faults: (row) => row.faults_1m ?? -1,
  p50: (row) => row.p50_us ?? -1,
  p99: (row) => row.p99_us ?? -1,
  cpu: (row) => row.cpu_us_1m ?? -1,
  memory: (row) => row.memory_bytes,
  instances: (row) => row.instances,
  in_flight: (row) => row.in_flight,
};

const SHOWS: Record<Shown, (row: Row) => boolean> = {
  all: () => true,
  attention: needsAttention,
  active: (row) => row.state !== 'idle' && !needsAttention(row),
  idle: (row) => row.state === 'idle',
};

export const countOf = (rows: Row[], shown: Shown): number => rows.filter(SHOWS[shown]).length;

/** The rows to show. Names sort upwards, figures downwards, unless it is turned round. */
export function choose(rows: Row[], text: string, shown: Shown, column: Column, isReversed: boolean): Row[] {
  const wanted = text.trim().toLowerCase();
  const chosen = rows.filter((row) => SHOWS[shown](row) && (wanted === '' || row.name.includes(wanted)));
  const value = VALUES[column];
  const direction = (column === 'name') === isReversed ? -1 : 1;
  return chosen.sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    const order = typeof a === 'string' ? (a < b ? -1 : a > b ? 1 : 0) : (b as number) - a;
    return (column === 'name' ? order * direction : isReversed ? -order : order) || (one.name < other.name ? -1 : 1);
  });
}
