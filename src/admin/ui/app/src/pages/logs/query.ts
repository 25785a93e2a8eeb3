// What is asked of the log: the address of the page as the query of the API.
//
// Invariant: the address has all of it, so that a search can be sent to somebody.
import type { Level, LogLine } from '../../core/types';

export const LEVELS: Level[] = ['debug', 'info', 'warn', 'error'];

export const STREAMS: [string, string][] = [
  ['', 'All'],
  ['business', 'Console and errors'],
  ['requests', 'Requests'],
  ['host', 'Host'],
  ['audit', 'Audit'],
];

export const SPANS: [string, string][] = [
  ['15m', '15 minutes'],
  ['1h', '1 hour'],
  ['6h', '6 hours'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
];

/** Lines of one answer. */
export const PAGE = 500;

/** Lines that the page holds at most; the oldest go first. */
export const HELD_MAX = 10_000;

/** The keys of the address that the API knows by the same name. */
const PASSED = ['function', 'stream', 'level', 'request_id', 'trace_id', 'version', 'instance', 'fault'];

/** The members of the query, without how many and in which order. */
export function filters(query: URLSearchParams): Record<string, string> {
  const asked: Record<string, string> = {};
  for (const key of PASSED) {
    const value = query.get(key);
    if (value) asked[key] = value;
  }
  for (const [key, value] of query) if (key.startsWith('field.') && value) asked[key] = value;
  const text = query.get('q');
  if (text) asked[query.get('regex') ? 'regex' : 'grep'] = text;
  return asked;
}

/** How a line reads in one row. */
export function messageOf(line: LogLine): string {
  if (line.event === 'request done') {
    const status = line.fault ? `${line.status} ${line.fault}` : line.status;
    return `${line.method ?? ''} ${line.path ?? ''} → ${status ?? ''}`;
  }
  if (line.text !== undefined) return line.text;
  if (line.error) return `${line.event}: ${line.error.name ?? 'Error'}: ${line.error.message ?? ''}`;
  const rest = Object.entries(line).filter(([key]) => !COMMON.has(key));
  return [line.event, ...rest.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)].join(' ');
}

/** Fields that every line may have, in the order in which they are shown. */
const COMMON = new Set(['time', 'level', 'event', 'seq', 'stream', 'node', 'function', 'version', 'instance', 'request_id', 'trace_id', 'span_id', 'cursor']);

/** Every field of a line by its name; those of an object that was logged by theirs. */
export function fieldsOf(line: LogLine): [string, string][] {
  const all: [string, unknown][] = [];
  for (const [key, value] of Object.entries(line)) {
    if (key === 'fields' && value && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) all.push([`field.${name}`, inner]);
    } else if (key !== 'text' && key !== 'args' && value !== null && value !== undefined) all.push([key, value]);
  }
  return all.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]);
}

export const fieldOf = (line: LogLine, name: string): string => fieldsOf(line).find(([key]) => key === name)?.[1] ?? '';

/** Fields by which the API filters. */
export const isFilter = (name: string): boolean => PASSED.includes(name) || name.startsWith('field.');
