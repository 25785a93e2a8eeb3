// The start page: the host in a strip, what needs attention, and every function.
//
// Invariant: what is wrong stands above what is well.
import { useEffect } from 'preact/hooks';
import { isMissing, usePoll } from '../../core/poll';
import { noteNames } from '../../core/names';
import type { FunctionSummary, History, HostDetail, OverviewFunction, Release } from '../../core/types';
import { Empty, Loading, Problem } from '../../parts/note';
import { Card, Page } from '../../parts/page';
import { Attention } from './attention';
import { LastReleases } from './releases';
import { rowsOf } from './rows';
import { FunctionTable } from './table';
import { Tiles } from './tiles';

/** A list of thousands is asked for less often: it costs the server and the page. */
const everyMs = (length: number): number => (length > 4000 ? 10_000 : length > 800 ? 5000 : 2000);

export function OverviewPage() {
  const size = usePoll<FunctionSummary[]>('/functions', 15_000);
  const pace = everyMs(size.data.value?.length ?? 0);
  const overview = usePoll<{ functions: OverviewFunction[] }>('/overview', pace);
  const hasNone = isMissing(overview.error.value);
  const host = usePoll<HostDetail>('/host', 2000);
  const history = usePoll<History[]>('/history?range=5m', 2000);
  const releases = usePoll<Release[]>('/releases?limit=8', 5000);
  const listed = size.data.value;
  const live = usePoll<FunctionSummary[]>(hasNone ? '/functions' : null, pace);
  const rows = rowsOf(overview.data.value?.functions, hasNone ? (live.data.value ?? listed) : listed);
  useEffect(() => {
    if (rows) noteNames(rows.map(({ name }) => name));
  }, [rows]);
  const failed = overview.error.value && !hasNone ? overview.error.value : size.error.value;
  return (
    <Page title="Overview">
      <Tiles rows={rows} host={host.data.value} history={history.data.value?.[0]} />
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
