// The log: search and tail, fields as columns, levels over time, and the way from a line to its trace.
//
// Invariant: what a function wrote is text here, whatever it looks like.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { count, plural } from '../../core/format';
import { isMissing } from '../../core/poll';
import { query, setQuery } from '../../core/router';
import type { LogLine } from '../../core/types';
import { Choice, FunctionField, Search, Select } from '../../parts/field';
import { Icon } from '../../parts/icon';
import { Empty, Loading, Missing, Problem } from '../../parts/note';
import { Card, Page } from '../../parts/page';
import { LineDetail } from './detail';
import { LevelHistogram } from './histogram';
import { useLines, type Held } from './lines';
import { filters, HELD_MAX, LEVELS, SPANS, STREAMS } from './query';
import { Lines } from './rows';
import { useLater } from '../../core/later';

type Mode = 'search' | 'tail';

export function LogsPage() {
  const mode: Mode = query.value.get('mode') === 'tail' ? 'tail' : 'search';
  const since = query.value.get('since') ?? '1h';
  // A search starts when the typing rests.
  const asked = useLater(filters(query.value), 300, mode);
  const reloads = useSignal(0);
  const held = useLines(asked, since, mode === 'tail', reloads.value);
  const chosen = useSignal<LogLine | null>(null);
  const columns = (query.value.get('columns') ?? '').split(',').filter(Boolean);
  return (
    <Page title="Logs" actions={<Modes mode={mode} reload={() => (reloads.value += 1)} />}>
      <Filters mode={mode} since={since} />
      <Chips columns={columns} />
      {held.error.value && (isMissing(held.error.value) ? <Missing what="its log in files" /> : <Problem error={held.error.value} />)}
      {held.lines.value.length > 0 && <LevelHistogram lines={held.lines.value} />}
      <div class={chosen.value ? 'split' : ''}>
        <Card flush class="log">
          <Status held={held} mode={mode} />
          <Body held={held} mode={mode} columns={columns} chosen={chosen.value} choose={(line) => (chosen.value = line)} />
        </Card>
        {chosen.value && <LineDetail line={chosen.value} close={() => (chosen.value = null)} columns={columns} />}
      </div>
    </Page>
  );
}

function Modes({ mode, reload }: { mode: Mode; reload: () => void }) {
  const modes: [Mode, string][] = [
    ['search', 'Search'],
    ['tail', 'Follow'],
  ];
  return (
    <>
      <Choice label="Mode" value={mode} options={modes} onChange={(mode) => setQuery({ mode: mode === 'tail' ? mode : '' })} />
      {mode === 'search' && (
        <button type="button" class="button" onClick={reload}>
          <Icon name="refresh" /> Search again
        </button>
      )}
    </>
  );
}

function Filters({ mode, since }: { mode: Mode; since: string }) {
  const get = (key: string): string => query.value.get(key) ?? '';
  const levels: [string, string][] = [['', 'All'], ...LEVELS.slice(1).map((level): [string, string] => [level, level === 'error' ? 'error' : `${level} and worse`])];
  return (
    <div class="filters">
      <div class="field grow">
        <span class="label" aria-hidden="true">
          Text
        </span>
        <Search label={get('regex') ? 'Regular expression' : 'Text in the line'} value={get('q')} onInput={(q) => setQuery({ q })} />
      </div>
      <label class="check">
        <input type="checkbox" checked={get('regex') !== ''} onChange={(event) => setQuery({ regex: event.currentTarget.checked ? 1 : '' })} /> Regex
      </label>
      <FunctionField value={get('function')} onInput={(name) => setQuery({ function: name })} />
      <Select label="Level" value={get('level')} options={levels} onChange={(level) => setQuery({ level })} />
      <Select label="Stream" value={get('stream')} options={STREAMS} onChange={(stream) => setQuery({ stream })} />
      {mode === 'search' && <Select label="Since" value={since} options={SPANS} onChange={(since) => setQuery({ since: since === '1h' ? '' : since })} />}
    </div>
  );
}

/** Filters that have no field of their own, and the columns, each with a button that takes it away. */
function Chips({ columns }: { columns: string[] }) {
  const own = ['request_id', 'trace_id', 'version', 'instance', 'fault'];
  const set = [...query.value].filter(([key, value]) => value && (own.includes(key) || key.startsWith('field.')));
  if (set.length + columns.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters and columns">
      {set.map(([key, value]) => (
        <li key={key}>
          <span class="chip">
            {key} = <code>{value}</code>
            <button type="button" class="icon-button" aria-label={`Remove the filter ${key}`} onClick={() => setQuery({ [key]: '' })}>
              <Icon name="close" />
            </button>
          </span>
        </li>
      ))}
      {columns.map((column) => (
        <li key={column}>
          <span class="chip">
            column {column}
            <button
              type="button"
              class="icon-button"
              aria-label={`Remove the column ${column}`}
              onClick={() => setQuery({ columns: columns.filter((one) => one !== column).join(',') })}
            >
              <Icon name="close" />
            </button>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Status({ held, mode }: { held: Held; mode: Mode }) {
  const length = held.lines.value.length;
  const words = useMemo(() => {
    if (held.state.value === 'loading') return mode === 'tail' ? 'Connecting…' : 'Searching…';
    const many = plural(length, 'line') + (length >= HELD_MAX ? `, the most that this page holds` : held.hasMore.value ? ', the newest that match' : '');
    if (mode === 'search') return many;
    return held.state.value === 'following' ? `Following. ${many}.` : 'The connection is gone; it is opened again by itself.';
  }, [length, held.state.value, held.hasMore.value, mode]);
  return (
    <p class="status-line" role="status">
      {mode === 'tail' && held.state.value === 'following' && <span class="pulse" aria-hidden="true" />}
      {words}
      {held.missed.value > 0 && <span class="tone-warn"> {count(held.missed.value)} lines came faster than they could be read.</span>}
    </p>
  );
}

function Body({ held, mode, columns, chosen, choose }: {
  held: Held;
  mode: Mode;
  columns: string[];
  chosen: LogLine | null;
  choose: (line: LogLine | null) => void;
}) {
  const lines = held.lines.value;
  if (lines.length === 0 && held.state.value === 'loading' && mode === 'search') return <Loading what="Searching" />;
  if (lines.length === 0 && held.error.value) return null;
  if (lines.length === 0) {
    return mode === 'tail' ? (
      <Empty title="Waiting for the next line.">What functions write to their console, and each request, stands here a moment later.</Empty>
    ) : (
      <Empty title="No line matches." command="skep logs --since 24h">
        Look further back, or take a filter away.
      </Empty>
    );
  }
  return (
    <>
      <Lines lines={lines} columns={columns} chosen={chosen} choose={choose} />
      {held.hasMore.value && (
        <button type="button" class="more" onClick={() => void held.older()}>
          Older lines
        </button>
      )}
    </>
  );
}
