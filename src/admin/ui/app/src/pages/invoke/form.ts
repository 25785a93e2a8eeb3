// The call that is put together on the page of invoking: as the API takes it, as `curl`, and as the browser keeps it.
//
// Invariant: what is sent is what is shown; saved calls leave the browser only when they are sent.
import { signal } from '@preact/signals';
import { load, save } from '../../core/storage';

export interface Call {
  function: string;
  method: string;
  path: string;
  /** `name: value` lines. */
  headers: string;
  body: string;
  version: string;
}

export const EMPTY: Call = { function: '', method: 'GET', path: '/', headers: '', body: '', version: '' };
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** Calls that the browser keeps. */
const SAVED_MAX = 50;
export const saved = signal<Call[]>(load<Call[]>('calls', []).slice(0, SAVED_MAX));

const same = (one: Call, other: Call): boolean => JSON.stringify(one) === JSON.stringify(other);

export function keep(call: Call): boolean {
  saved.value = [call, ...saved.value.filter((known) => !same(known, call))].slice(0, SAVED_MAX);
  return save('calls', saved.value);
}

export function forget(call: Call): void {
  saved.value = saved.value.filter((known) => !same(known, call));
  save('calls', saved.value);
}

/** The headers, or the line that is none. */
export function headersOf(text: string): Record<string, string> | string {
  const headers: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon < 1 || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return line;
    headers[name] = line.slice(colon + 1).trim();
  }
  return headers;
}

export const isJson = (call: Call): boolean => /^\s*content-type\s*:\s*application\/([\w.+-]*\+)?json/im.test(call.headers);

/** Where JSON is wrong, if it has to be JSON. */
export function bodyError(call: Call): string | undefined {
  if (!isJson(call) || call.body === '') return undefined;
  try {
    JSON.parse(call.body);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export function bodyFor(call: Call): Record<string, unknown> {
  const headers = headersOf(call.headers);
  const body: Record<string, unknown> = { method: call.method, path: call.path, headers: typeof headers === 'string' ? {} : headers };
  if (call.body !== '' && call.method !== 'GET' && call.method !== 'HEAD') body.body = call.body;
  if (call.version) body.version = call.version;
  return body;
}

const quoted = (text: string): string => (/^[\w/.:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The same call from outside: the function's own address, by the port where functions are called. */
export function curlOf(call: Call): string {
  const headers = headersOf(call.headers);
  const words = ['curl'];
  if (call.method === 'HEAD') words.push('--head');
  else if (call.method !== 'GET') words.push('-X', call.method);
  if (typeof headers !== 'string') for (const [name, value] of Object.entries(headers)) words.push('-H', quoted(`${name}: ${value}`));
  if (call.body !== '' && call.method !== 'GET' && call.method !== 'HEAD') words.push('--data-raw', quoted(call.body));
  words.push(quoted(`http://${location.hostname}:8000/${call.function}${call.path === '/' ? '' : call.path}`));
  return words.join(' ');
}
