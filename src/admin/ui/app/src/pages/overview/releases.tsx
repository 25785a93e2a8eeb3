// The last releases, in short.
//
// Invariant: the same words as on the page of releases.
import type { ApiError } from '../../core/api';
import { href } from '../../core/router';
import type { Release } from '../../core/types';
import { Empty, Problem } from '../../parts/note';
import { Card } from '../../parts/page';
import { Dot, releaseTone } from '../../parts/status';
import { Ago } from '../../parts/time';
import { namesOf, PURPOSES } from '../releases/words';

const SHOWN = 6;

export function LastReleases({ releases, error }: { releases: Release[] | undefined; error: ApiError | undefined }) {
  const all = <a href={href(['releases'])}>All releases</a>;
  return (
    <Card title="Last releases" actions={all} flush>
      {!releases && error && <Problem error={error} />}
      {releases?.length === 0 && <Empty title="Nothing was released yet." command="skep deploy ./hello" />}
      <ul class="lines">
        {releases?.slice(0, SHOWN).map((release) => (
          <li key={release.id}>
            <a class="line" href={href(['releases', release.id])}>
              <Dot tone={releaseTone[release.status]} />
              <b>{namesOf(release)}</b>
              <span class="cut">
                {PURPOSES[release.purpose]}, {release.unchanged ? 'nothing new' : release.status}
              </span>
              <span class="end faint">
                <Ago ms={release.created_ms} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
