// The answer of a function that was called by hand.
//
// Invariant: body, headers and diagnostics are text of the page, whatever their type says.
import { bytes, millis, shortVersion } from '../../core/format';
import { href } from '../../core/router';
import type { InvokeAnswer } from '../../core/types';
import { useSignal } from '@preact/signals';
import { CopyButton } from '../../parts/copy';
import { Card, Facts } from '../../parts/page';
import { Badge, httpTone } from '../../parts/status';

export function Answer({ answer }: { answer: InvokeAnswer }) {
  const type = answer.headers.find(([key]) => key.toLowerCase() === 'content-type')?.[1] ?? '';
  const { trace_id: trace, request_id: request } = answer;
  const tone = answer.fault ? 'bad' : httpTone(answer.status);
  const facts: [string, preact.ComponentChildren][] = [
    ['Took', millis(answer.wall_ms)],
    ['CPU', millis(answer.cpu_ms)],
    ['Version', <code>{shortVersion(answer.version)}</code>],
  ];
  if (trace) facts.push(['Trace', <a href={href(['traces', trace])}>{trace}</a>]);
  if (request) facts.push(['Request', <a href={href(['logs'], { request_id: request })}>its log lines</a>]);
  return (
    <>
      <Card title="Answer" actions={<Badge tone={tone}>{answer.fault ? answer.fault.kind : answer.status}</Badge>}>
        <Facts facts={facts} />
        {answer.fault && (
          <>
            <p class="reason">{answer.fault.message}</p>
            {answer.fault.detail && (
              <pre tabIndex={0} aria-label="The whole diagnostic">
                {answer.fault.detail}
              </pre>
            )}
          </>
        )}
      </Card>
      {!answer.fault && <Body answer={answer} type={type} />}
      {answer.headers.length > 0 && (
        <Card title="Headers">
          <dl class="fields">
            {answer.headers.map(([key, value], at) => (
              <div key={at}>
                <dt>{key}</dt>
                <dd>
                  <span class="mono wrap">{value}</span>
                </dd>
              </div>
            ))}
          </dl>
        </Card>
      )}
    </>
  );
}

function Body({ answer, type }: { answer: InvokeAnswer; type: string }) {
  const isRaw = useSignal(false);
  const pretty = indented(answer.body, type);
  const text = pretty !== undefined && !isRaw.value ? pretty : answer.body;
  return (
    <Card
      title="Body"
      actions={
        <div class="actions">
          <span class="faint">
            {bytes(new Blob([answer.body]).size)}
            {answer.cut ? ', the beginning' : ''}
          </span>
          {pretty !== undefined && (
            <button type="button" class="button small" aria-pressed={isRaw.value} onClick={() => (isRaw.value = !isRaw.value)}>
              As sent
            </button>
          )}
          <CopyButton text={answer.body} label="Copy the body" />
        </div>
      }
    >
      {answer.body === '' ? (
        <p class="faint">It is empty.</p>
      ) : (
        <pre tabIndex={0} aria-label="The body">
          {text}
        </pre>
      )}
    </Card>
  );
}

function indented(body: string, type: string): string | undefined {
  if (!type.includes('json')) return undefined;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return undefined;
  }
}
