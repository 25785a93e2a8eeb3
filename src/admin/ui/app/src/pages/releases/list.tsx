// Releases, newest first.
//
// Invariant: older ones are asked for by the last id of the list before, so that new ones shift nothing.
import { useSignal } from '@preact/signals';
import { ask, asError, at, type ApiError } from '../../core/api';
import { millis, plural, shortVersion } from '../../core/format';
import { usePoll } from '../../core/poll';
import { href, query, setQuery } from '../../core/router';
import type { Release } from '../../core/types';
import { Search } from '../../parts/field';
import { Empty, Loading, Problem } from '../../parts/note';
import { Card, Page } from '../../parts/page';
import { Badge, releaseTone } from '../../parts/status';
import { Ago } from '../../parts/time';
import { namesOf, PURPOSES } from './words';

const PAGE = 50;

export function ReleasesPage() {
  const newest = usePoll<Release[]>(`/releases?limit=${PAGE}`, 3000);
  const older = useSignal<Release[]>([]);
  const isEnd = useSignal(false);
  const failed = useSignal<ApiError | undefined>(undefined);
  const text = (query.value.get('q') ?? '').toLowerCase();
  const known = new Set(newest.data.value?.map(({ id }) => id));
  const all = [...(newest.data.value ?? []), ...older.value.filter(({ id }) => !known.has(id))];
  const chosen = all.filter((release) => text === '' || wordsOf(release).includes(text));
  const more = async (): Promise<void> => {
    try {
      const before = all.at(-1)?.id;
      const got = await ask<Release[]>(at(['releases'], { limit: PAGE, before }));
      older.value = [...older.value, ...got];
      isEnd.value = got.length < PAGE;
      failed.value = undefined;
    } catch (error) {
      failed.value = asError(error);
    }
  };
  return (
    <Page title="Releases">
      <Card flush>
        <div class="toolbar">
          <Search label="Find by function, note or token" value={query.value.get('q') ?? ''} onInput={(q) => setQuery({ q })} />
        </div>
        {!newest.data.value && (newest.error.value ? <Problem error={newest.error.value} /> : <Loading />)}
        {newest.data.value && chosen.length === 0 && (
          <Empty title={text ? 'No release matches.' : 'Nothing was released yet.'} command={text ? undefined : 'skep deploy ./hello'}>
            {text ? undefined : 'Functions of the functions directory are live without a release; those that are deployed have one each.'}
          </Empty>
        )}
        {chosen.length > 0 && <Table releases={chosen} />}
        {failed.value && <Problem error={failed.value} retry={more} />}
        {all.length >= PAGE && !isEnd.value && (
          <button type="button" class="more" onClick={more}>
            Older releases
          </button>
        )}
      </Card>
    </Page>
  );
}

const wordsOf = (release: Release): string =>
  [release.id, release.note, release.by, PURPOSES[release.purpose], release.status, ...release.functions.map((one) => one.function)].join(' ').toLowerCase();

function Table({ releases }: { releases: Release[] }) {
  return (
    <table class="table">
      <caption class="sr-only">Releases</caption>
      <thead>
        <tr>
          <th scope="col">Functions</th>
          <th scope="col" class="from-s">Purpose</th>
          <th scope="col">Status</th>
          <th scope="col" class="from-m">Version</th>
          <th scope="col" class="from-l">Note</th>
          <th scope="col" class="from-m">By</th>
          <th scope="col" class="number from-s">Took</th>
          <th scope="col" class="number">When</th>
        </tr>
      </thead>
      <tbody>
        {releases.map((release) => (
          <tr key={release.id} class="row">
            <th scope="row">
              <a class="name" href={href(['releases', release.id])}>
                {namesOf(release)}
              </a>
            </th>
            <td class="from-s">{PURPOSES[release.purpose]}</td>
            <td>
              <Badge tone={releaseTone[release.status]}>{release.unchanged ? 'nothing new' : release.status}</Badge>
            </td>
            <td class="from-m mono faint">{release.functions.length > 1 ? plural(release.functions.length, 'version') : shortVersion(release.functions[0]?.version)}</td>
            <td class="from-l cut">{release.failure ? release.failure.reason : release.note}</td>
            <td class="from-m">{release.by ?? <span class="faint">–</span>}</td>
            <td class="number from-s">{release.ended_ms ? millis(release.ended_ms - release.created_ms) : '…'}</td>
            <td class="number">
              <Ago ms={release.created_ms} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
