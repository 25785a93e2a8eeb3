// One trace: its waterfall, the span that is chosen, its log lines, and why it failed.
//
// Invariant: nothing of a request that Skep does not record by itself is asked for here.
import { useSignal } from '@preact/signals';
import { at } from '../../core/api';
import { micros, plural, shortVersion } from '../../core/format';
import { isMissing, usePoll } from '../../core/poll';
import { href } from '../../core/router';
import type { LogLine, Span, Trace } from '../../core/types';
import { Copied, CopyButton } from '../../parts/copy';
import { Empty, Loading, Problem } from '../../parts/note';
import { Card, Facts, Page } from '../../parts/page';
import { Badge } from '../../parts/status';
import { Icon } from '../../parts/icon';
import { LineDetail } from '../logs/detail';
import { Lines } from '../logs/rows';
import { KEPT } from './list';
import { Waterfall } from './waterfall';

export function TracePage({ id }: { id: string }) {
  const got = usePoll<Trace>(at(['traces', id]), 0);
  const trace = got.data.value;
  const error = got.error.value;
  const root = trace?.spans.find((span) => span.parent_id === null || !trace.spans.some((other) => other.span_id === span.parent_id));
  return (
    <Page
      title={root?.name ?? 'Trace'}
      crumbs={[{ label: 'Traces', to: href(['traces']) }]}
      badge={trace && <Badge tone={KEPT[trace.kept]?.tone ?? 'idle'}>{trace.kept}</Badge>}
      sub={<code>{id}</code>}
      actions={trace && <Ways id={id} root={root} />}
    >
      {!trace && !error && <Loading what="Loading the trace" />}
      {!trace && error && (isMissing(error) ? <Gone id={id} /> : <Problem error={error} retry={got.reload} />)}
      {trace && <Whole trace={trace} root={root} />}
    </Page>
  );
}

function Gone({ id }: { id: string }) {
  return (
    <Card>
      <Empty title="This trace is not kept." command={`skep logs --trace ${id} --since 24h`}>
        The ring holds the newest ones. Log lines of its request may still be there: <a href={href(['logs'], { trace_id: id, since: '24h' })}>look for them</a>.
      </Empty>
    </Card>
  );
}

function Ways({ id, root }: { id: string; root: Span | undefined }) {
  return (
    <>
      <a class="button" href={href(['logs'], { trace_id: id, since: '24h' })}>
        <Icon name="logs" /> Logs
      </a>
      {root?.function && (
        <a class="button" href={href(['functions', root.function])}>
          {root.function}
        </a>
      )}
      <CopyButton text={`skep trace ${id}`} label={`Copy: skep trace ${id}`}>
        CLI
      </CopyButton>
    </>
  );
}

function Whole({ trace, root }: { trace: Trace; root: Span | undefined }) {
  const chosen = useSignal<string | null>(null);
  const span = trace.spans.find((one) => one.span_id === chosen.value);
  const total = Math.max(0, ...trace.spans.map((one) => one.started_us + one.duration_us));
  return (
    <>
      {root && <Failure root={root} />}
      <div class={span ? 'split' : ''}>
        <Card flush title={`${plural(trace.spans.length, 'span')} in ${micros(total)}`} actions={<span class="faint">{KEPT[trace.kept]?.why}</span>}>
          <Waterfall spans={trace.spans} logs={trace.logs} chosen={chosen.value} choose={(id) => (chosen.value = id)} />
        </Card>
        {span && <SpanDetail span={span} close={() => (chosen.value = null)} />}
      </div>
      <Logs lines={span ? trace.logs.filter((line) => line.span_id === span.span_id) : trace.logs} span={span} />
    </>
  );
}

function Failure({ root }: { root: Span }) {
  const get = (key: string): string | undefined => (root.attributes[key] === undefined ? undefined : String(root.attributes[key]));
  const fault = get('skep.fault') ?? (root.status === 'error' ? (root.error_type ?? undefined) : undefined);
  if (!fault) return null;
  const facts: [string, string][] = [['Fault', fault]];
  const [limit, used] = [get('skep.limit'), get('skep.used')];
  if (limit) facts.push(['Limit', limit]);
  if (used) facts.push(['Used', used]);
  return (
    <section class="card failure">
      <h2>It ended in a fault</h2>
      <Facts facts={facts} />
      {root.function && <Copied text={`skep faults ${root.function}`} />}
    </section>
  );
}

function SpanDetail({ span, close }: { span: Span; close: () => void }) {
  const facts: [string, preact.ComponentChildren][] = [
    ['Began', `+${micros(span.started_us)}`],
    ['Took', micros(span.duration_us)],
    ['Kind', span.kind],
    ['Status', span.error_type ?? span.status],
    ['Scope', span.scope],
  ];
  if (span.function) facts.push(['Function', <a href={href(['functions', span.function])}>{span.function}</a>]);
  if (span.version) facts.push(['Version', <code>{shortVersion(span.version)}</code>]);
  if (span.instance !== null) facts.push(['Instance', String(span.instance)]);
  facts.push(['Span', <code>{span.span_id}</code>]);
  return (
    <aside class="card detail" aria-label={`The span ${span.name}`}>
      <header class="card-head">
        <h2 class="wrap">{span.name}</h2>
        <button type="button" class="icon-button" aria-label="Close the span" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <div class="card-body">
        <Facts facts={facts} />
        <Attributes title="Attributes" values={span.attributes} />
        {span.events.map((event, index) => (
          <Attributes key={index} title={`${event.name} at +${micros(event.at_us)}`} values={event.attributes} />
        ))}
        {span.links.map((link) => (
          <p key={link.span_id}>
            Linked: <a href={href(['traces', link.trace_id])}>{link.trace_id}</a>
          </p>
        ))}
      </div>
    </aside>
  );
}

function Attributes({ title, values }: { title: string; values: Record<string, unknown> }) {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <dl class="fields">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <span class="mono wrap">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Logs({ lines, span }: { lines: LogLine[]; span: Span | undefined }) {
  const chosen = useSignal<LogLine | null>(null);
  const shown = chosen.value && lines.includes(chosen.value) ? chosen.value : null;
  return (
    <div class={shown ? 'split' : ''}>
      <Card title={span ? `Log lines of ${span.name}` : 'Log lines'} flush class="log">
        {lines.length === 0 ? (
          <Empty title={span ? 'This span wrote no line.' : 'The call wrote no line.'} />
        ) : (
          <Lines lines={lines} columns={[]} chosen={shown} choose={(line) => (chosen.value = line)} />
        )}
      </Card>
      {shown && <LineDetail line={shown} close={() => (chosen.value = null)} columns={[]} />}
    </div>
  );
}
