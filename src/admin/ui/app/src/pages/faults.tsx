// Faults in groups: by function, kind and the first frame of the function's own code.
//
// Invariant: a message of a function is text; the newest traces of a group are one click away.
import { count, local, shortVersion } from '../core/format';
import { at } from '../core/api';
import { useLater } from '../core/later';
import { isMissing, usePoll } from '../core/poll';
import { href, query, setQuery } from '../core/router';
import type { FaultGroup } from '../core/types';
import { FunctionField, Select } from '../parts/field';
import { Icon } from '../parts/icon';
import { Empty, Loading, Missing, Problem } from '../parts/note';
import { Card, Page } from '../parts/page';
import { Bars } from '../parts/sparkline';
import { Badge } from '../parts/status';
import { Ago } from '../parts/time';

const EVERY_MS = 3000;

const SINCE: [string, string][] = [
  ['', 'All that are kept'],
  ['15m', '15 minutes'],
  ['1h', '1 hour'],
  ['24h', '24 hours'],
];

export function FaultsPage() {
  const get = (key: string): string => query.value.get(key) ?? '';
  const asked = useLater({ function: get('function'), since: get('since') }, 300);
  const faults = usePoll<FaultGroup[]>(at(['faults'], asked), EVERY_MS);
  const list = faults.data.value;
  const error = faults.error.value;
  return (
    <Page title="Faults" sub="The same failure at the same place is one line.">
      <div class="filters">
        <FunctionField value={get('function')} onInput={(name) => setQuery({ function: name })} />
        <Select label="Since" value={get('since')} options={SINCE} onChange={(since) => setQuery({ since })} />
      </div>
      {!list && error && (isMissing(error) ? <Missing what="faults in groups" /> : <Problem error={error} />)}
      {!list && !error && <Loading what="Loading the faults" />}
      {list?.length === 0 && (
        <Card>
          <Empty title={asked.function || asked.since ? 'No fault matches.' : 'No call has failed.'}>A fault of a function stands here as soon as it happens.</Empty>
        </Card>
      )}
      {list && list.length > 0 && (
        <ul class="faults">
          {[...list]
            .sort((one, other) => other.last_ms - one.last_ms)
            .map((group) => (
              <li key={`${group.function} ${group.kind} ${group.frame} ${group.message}`}>
                <Group group={group} />
              </li>
            ))}
        </ul>
      )}
    </Page>
  );
}

function Group({ group }: { group: FaultGroup }) {
  const isOneVersion = group.first_version === group.last_version;
  return (
    <article class="card fault" aria-label={`${group.kind} of ${group.function}`}>
      <div class="fault-main">
        <p class="fault-head">
          <Badge tone="bad">{group.kind}</Badge>
          <a class="name" href={href(['functions', group.function])}>
            {group.function}
          </a>
          {group.frame && <code class="frame">{group.frame}</code>}
        </p>
        <p class="fault-message">{group.message}</p>
        <div class="fault-foot">
          <p class="faint fault-times">
          <span>
            seen <Ago ms={group.last_ms} />
          </span>
          <span>first {local(group.first_ms)}</span>
          <span>
            {isOneVersion ? 'in ' : 'from '}
            <code>{shortVersion(group.first_version)}</code>
            {!isOneVersion && (
              <>
                {' to '}
                <code>{shortVersion(group.last_version)}</code>
              </>
            )}
          </span>
          </p>
          <div class="actions">
            {group.traces[0] && (
              <a class="button small" href={href(['traces', group.traces[0]])}>
                <Icon name="traces" /> Newest trace
              </a>
            )}
            <a class="button small" href={href(['traces'], { function: group.function, fault: group.kind })}>
              All traces
            </a>
            <a class="button small" href={href(['logs'], { function: group.function, fault: group.kind, since: '24h' })}>
              Logs
            </a>
          </div>
        </div>
      </div>
      <div class="fault-trend">
        <b>{count(group.count)}</b>
        <Bars values={group.trend} label={`Faults in each 5 minutes of the last hour: ${group.trend.join(', ')}`} />
        <small class="faint">last hour</small>
      </div>
    </article>
  );
}
