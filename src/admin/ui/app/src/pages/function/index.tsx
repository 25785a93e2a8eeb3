// One function: what it does now, and everything that can be done with it, in tabs that are addresses.
//
// Invariant: an action that the token does not allow is not offered.
import { isMissing, usePoll, type Poll } from '../../core/poll';
import { href } from '../../core/router';
import type { FunctionDetail } from '../../core/types';
import { Empty, Loading, Problem } from '../../parts/note';
import { Page } from '../../parts/page';
import { Badge, statusTone } from '../../parts/status';
import { CopyButton } from '../../parts/copy';
import { shortVersion } from '../../core/format';
import { FunctionSchedules } from '../triggers';
import { Charts } from './charts';
import { Instances } from './instances';
import { Limits } from './limits';
import { ScaleForm } from './scale';
import { Variables } from './variables';
import { Versions } from './versions';

const TABS = [
  ['', 'Live'],
  ['instances', 'Instances'],
  ['versions', 'Versions'],
  ['variables', 'Variables'],
  ['scale', 'Scale'],
  ['schedules', 'Schedules'],
  ['limits', 'Routes and limits'],
] as const;

export type Shown = Poll<FunctionDetail>;

export function FunctionPage({ name, tab }: { name: string; tab: string }) {
  const shown = usePoll<FunctionDetail>(`/functions/${encodeURIComponent(name)}`, 2000);
  const detail = shown.data.value;
  const error = shown.error.value;
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Functions', to: href([]) }]}
      badge={detail && <Badge tone={statusTone[detail.state]}>{detail.state}</Badge>}
      sub={detail && <Sub detail={detail} />}
      actions={detail && <Links name={name} />}
    >
      {!detail && !error && <Loading what={`Loading ${name}`} />}
      {!detail && error && (isMissing(error) ? <Empty title={error.message} command="skep ls" /> : <Problem error={error} retry={shown.reload} />)}
      {detail && (
        <>
          {detail.reason && <Reason detail={detail} />}
          <nav class="tabs" aria-label={`Parts of ${name}`}>
            {TABS.map(([key, label]) => (
              <a key={key} href={href(['functions', name, ...(key ? [key] : [])])} aria-current={key === tab ? 'page' : undefined}>
                {label}
              </a>
            ))}
          </nav>
          <Tab tab={tab} detail={detail} reload={shown.reload} />
        </>
      )}
    </Page>
  );
}

function Sub({ detail }: { detail: FunctionDetail }) {
  const words = [detail.owner === 'deployed' ? 'deployed' : 'from the functions directory'];
  if (detail.dialect) words.push(`dialect ${detail.dialect}${detail.dialect_from ? `, by ${detail.dialect_from}` : ''}`);
  return (
    <>
      {detail.version && <code title={detail.version}>{shortVersion(detail.version)}</code>} {words.join(' · ')}
    </>
  );
}

function Links({ name }: { name: string }) {
  return (
    <>
      <a class="button" href={href(['invoke'], { function: name })}>
        Invoke
      </a>
      <a class="button" href={href(['logs'], { function: name })}>
        Logs
      </a>
      <a class="button" href={href(['traces'], { function: name })}>
        Traces
      </a>
      <a class="button" href={href(['faults'], { function: name })}>
        Faults
      </a>
    </>
  );
}

function Reason({ detail }: { detail: FunctionDetail }) {
  const reason = detail.reason ?? '';
  return (
    <section class="card failure" role="alert">
      <h2>{detail.state === 'quarantined' ? 'Quarantined: its version took an engine down' : 'It does not load'}</h2>
      <pre tabIndex={0} aria-label="The reason">
        {reason}
      </pre>
      <CopyButton text={reason} label="Copy the reason" small>
        Copy
      </CopyButton>
    </section>
  );
}

function Tab({ tab, detail, reload }: { tab: string; detail: FunctionDetail; reload: () => void }) {
  switch (tab) {
    case '':
      return <Charts detail={detail} />;
    case 'instances':
      return <Instances detail={detail} />;
    case 'versions':
      return <Versions detail={detail} reload={reload} />;
    case 'variables':
      return <Variables detail={detail} reload={reload} />;
    case 'scale':
      return <ScaleForm detail={detail} reload={reload} />;
    case 'schedules':
      return <FunctionSchedules name={detail.name} />;
    case 'limits':
      return <Limits detail={detail} />;
    default:
      return <Empty title={`A function has no part called ${tab}.`} />;
  }
}
