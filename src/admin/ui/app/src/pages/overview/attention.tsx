// What needs somebody: functions that fail, releases that were undone, a host near its limits.
//
// Invariant: each line leads to the place where it can be dealt with.
import type { ComponentChildren } from 'preact';
import { bytes, count, plural } from '../../core/format';
import { href } from '../../core/router';
import type { HostDetail, Release } from '../../core/types';
import { Card } from '../../parts/page';
import { Dot, type Tone } from '../../parts/status';
import { Ago } from '../../parts/time';
import { needsAttention, type Row } from './rows';

/** More lines than that are a list that nobody reads; the table has them all. */
const SHOWN_MAX = 6;
const UNDONE_FOR_MS = 86_400_000;
const NEARLY_FULL = 0.9;

interface Line {
  key: string;
  tone: Tone;
  to: string;
  name: string;
  text: ComponentChildren;
}

export function Attention({ rows, host, releases }: { rows: Row[] | undefined; host: HostDetail | undefined; releases: Release[] | undefined }) {
  const lines = [...ofHost(host), ...ofFunctions(rows ?? []), ...ofReleases(releases ?? [])];
  const more = lines.length - SHOWN_MAX;
  return (
    <Card title="Needs attention" flush>
      {lines.length === 0 ? (
        <p class="calm">
          <Dot tone="ok" /> Nothing needs attention.
        </p>
      ) : (
        <ul class="lines">
          {lines.slice(0, SHOWN_MAX).map(({ key, tone, to, name, text }) => (
            <li key={key}>
              <a class="line" href={to}>
                <Dot tone={tone} />
                <b>{name}</b>
                <span class="cut">{text}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      {more > 0 && (
        <a class="more" href={href([], { show: 'attention' })}>
          {count(more)} more
        </a>
      )}
    </Card>
  );
}

const firstLine = (text: string | undefined): string => text?.split('\n')[0] ?? '';

function ofFunctions(rows: Row[]): Line[] {
  const texts: Partial<Record<Row['state'], (row: Row) => string>> = {
    quarantined: (row) => `quarantined: ${firstLine(row.reason) || 'it took an engine down'}`,
    broken: (row) => `broken: ${firstLine(row.reason) || 'it does not load'}`,
    faulting: (row) => `${plural(row.faults_1m ?? 0, 'fault')} in ${plural(row.calls_1m ?? 0, 'call')} of the last minute`,
  };
  const rank = (row: Row): number => (row.state === 'quarantined' ? 2e12 : row.state === 'broken' ? 1e12 : (row.faults_1m ?? 0));
  const bad = rows.filter(needsAttention).sort((one, other) => rank(other) - rank(one));
  return bad.map((row) => ({
    key: row.name,
    tone: row.state === 'faulting' ? 'warn' : 'bad',
    to: row.state === 'faulting' ? href(['faults'], { function: row.name }) : href(['functions', row.name]),
    name: row.name,
    text: texts[row.state]?.(row),
  }));
}

function ofReleases(releases: Release[]): Line[] {
  const isRecent = (release: Release): boolean => Date.now() - (release.ended_ms ?? release.created_ms) < UNDONE_FOR_MS;
  const undone = releases.filter((release) => isRecent(release) && (release.status === 'undone' || release.purpose === 'automatic_rollback'));
  return undone.map((release) => ({
    key: release.id,
    tone: 'bad',
    to: href(['releases', release.id]),
    name: release.failure?.function ?? release.functions[0]?.function ?? release.id,
    text: (
      <>
        {release.purpose === 'automatic_rollback' ? 'rolled back by itself' : `release undone: ${firstLine(release.failure?.reason)}`}, <Ago ms={release.ended_ms ?? release.created_ms} />
      </>
    ),
  }));
}

function ofHost(host: HostDetail | undefined): Line[] {
  if (!host) return [];
  const { budget } = host;
  const lines: Line[] = [];
  const add = (name: string, text: string): unknown => lines.push({ key: name, tone: 'warn', to: href(['host']), name, text });
  if (budget.resident_bytes > budget.memory_bytes * NEARLY_FULL) add('Memory', `${bytes(budget.resident_bytes)} of ${bytes(budget.memory_bytes)} are used`);
  if (budget.instances > budget.instances_max * NEARLY_FULL) add('Instances', `${count(budget.instances)} of ${count(budget.instances_max)} are alive`);
  if ((host.containment.restarted ?? 0) > 0) add('Engine', `${plural(host.containment.restarted ?? 0, 'function')} took an engine down`);
  return lines;
}
