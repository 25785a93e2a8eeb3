// One line of the log, whole: its text, stack and every field, each of which can become a filter or a column.
//
// Invariant: everything here is text of the page, never markup.
import { useEffect, useRef } from 'preact/hooks';
import { href, query, setQuery } from '../../core/router';
import type { LogLine } from '../../core/types';
import { CopyButton } from '../../parts/copy';
import { Icon } from '../../parts/icon';
import { Clock } from '../../parts/time';
import { fieldsOf, isFilter, messageOf } from './query';

export function LineDetail({ line, close, columns }: { line: LogLine; close: () => void; columns: string[] }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') close();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const fields = fieldsOf(line).filter(([name]) => name !== 'error');
  return (
    <aside class="card detail" ref={box} aria-label="The whole line">
      <header class="card-head">
        <h2>
          <Clock ms={Date.parse(line.time)} exact /> <span class={`level level-${line.level}`}>{line.level}</span>
        </h2>
        <div class="actions">
          <CopyButton text={JSON.stringify(line)} label="Copy the line as JSON" />
          <button type="button" class="icon-button" aria-label="Close the line" onClick={close}>
            <Icon name="close" />
          </button>
        </div>
      </header>
      <div class="card-body">
        <pre class="log-whole" tabIndex={0} aria-label="The text">
          {line.text ?? messageOf(line)}
        </pre>
        {line.error?.stack && (
          <pre class="stack" tabIndex={0} aria-label="The stack">
            {line.error.stack}
          </pre>
        )}
        <Ways line={line} />
        <dl class="fields">
          {fields.map(([name, value]) => (
            <FieldLine key={name} name={name} value={value} columns={columns} />
          ))}
        </dl>
      </div>
    </aside>
  );
}

/** From here to the trace, the function, the other lines of the request. */
function Ways({ line }: { line: LogLine }) {
  const { trace_id: trace, request_id: request, function: name } = line;
  return (
    <p class="actions ways">
      {trace && (
        <a class="button small" href={href(['traces', trace])}>
          <Icon name="traces" /> Trace
        </a>
      )}
      {request && (
        <a class="button small" href={href(['logs'], { request_id: request })}>
          <Icon name="logs" /> Lines of this request
        </a>
      )}
      {name && (
        <a class="button small" href={href(['functions', name])}>
          <Icon name="overview" /> {name}
        </a>
      )}
    </p>
  );
}

function FieldLine({ name, value, columns }: { name: string; value: string; columns: string[] }) {
  const isColumn = columns.includes(name);
  const toggle = (): void => setQuery({ columns: (isColumn ? columns.filter((one) => one !== name) : [...columns, name]).join(',') });
  const isSet = query.value.get(name) === value;
  return (
    <div>
      <dt>{name.replace(/^field\./, '')}</dt>
      <dd>
        <span class="mono wrap">{value}</span>
        <span class="field-actions">
          {isFilter(name) && (
            <button type="button" class="link" aria-pressed={isSet} aria-label={`filter by ${name}`} onClick={() => setQuery({ [name]: isSet ? '' : value })}>
              filter
            </button>
          )}
          <button type="button" class="link" aria-pressed={isColumn} aria-label={`column ${name}`} onClick={toggle}>
            column
          </button>
        </span>
      </dd>
    </div>
  );
}
