// The start page: the host in a strip, what needs attention, and every function.
//
// Invariant: what is wrong stands above what is well.
import { useEffect, useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { isMissing, usePoll } from '../../core/poll';
import { noteNames } from '../../core/names';
import type { FunctionSummary, History, HostDetail, HostOverview, OverviewFunction, Release } from '../../core/types';
import { Empty, Loading, Problem } from '../../parts/note';
import { Card, Page } from '../../parts/page';
import { Attention } from './attention';
import { LastReleases } from './releases';
import { rowsOf } from './rows';
import { FunctionTable } from './table';
import { Tiles } from './tiles';

/** A list of thousands is asked for less often: it costs the server and the page. */
const everyMs = (length: number): number => (length > 4000 ? 10_000 : length > 800 ? 5000 : 2000);

/** Reasons and candidates change seldom. */
const LISTED_TIMES = 6;

export function OverviewPage() {
  const length = useSignal(0);
  const pace = everyMs(length.value);
  const size = usePoll<FunctionSummary[]>('/functions', pace * LISTED_TIMES);
  const overview = usePoll<{ host?: HostOverview; functions: OverviewFunction[] }>('/overview', pace);
  const hasNone = isMissing(overview.error.value);
  const host = usePoll<HostDetail>('/host', 2000);
  const history = usePoll<History[]>('/history?range=5m', 2000);
  const releases = usePoll<Release[]>('/releases?limit=8', 5000);
  const listed = size.data.value;
  const live = usePoll<FunctionSummary[]>(hasNone ? '/functions' : null, pace);
  const summaries = hasNone ? (live.data.value ?? listed) : listed;
  const functions = overview.data.value?.functions;
  const rows = useMemo(() => rowsOf(functions, summaries), [functions, summaries]);
  useEffect(() => {
    if (!rows) return;
    length.value = rows.length;
    noteNames(rows.map(({ name }) => name));
  }, [rows]);
  const failed = overview.error.value && !hasNone ? overview.error.value : size.error.value;
  return (
    <Page title="Overview">
      <Tiles rows={rows} host={host.data.value} history={history.data.value?.[0]} load={overview.data.value?.host?.load_ratio} />
      <div class="columns wide-left">
        <Attention rows={rows} host={host.data.value} releases={releases.data.value} />
        <LastReleases releases={releases.data.value} error={releases.error.value} />
      </div>
      {!rows && failed && <Problem error={failed} />}
      {!rows && !failed && <Loading what="Loading the functions" />}
      {rows && rows.length === 0 && (
        <Card>
          <Empty title="There is no function yet." command="skep new hello">
            Make one in the functions directory, or send one with <code>skep deploy</code>.
          </Empty>
        </Card>
      )}
      {rows && rows.length > 0 && <FunctionTable rows={rows} />}
    </Page>
  );
}
