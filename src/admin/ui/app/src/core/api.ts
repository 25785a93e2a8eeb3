// One request to the admin API.
//
// Invariant: an answer is data or an `ApiError` that names the cause; nothing else is thrown, but for an aborted request.
import { answered, silent } from './connection';
import { signedOut } from './session';

const BASE = '/api/v1';

/** What a browser needs to tell a page of ours from a form of somebody else's: no form can send this header. */
export const OWN_HEADER = { 'x-skep-ui': '1' };

export class ApiError extends Error {
  constructor(
    /** The kind of the API's closed list, or `silent` if no answer came. */
    readonly kind: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export interface Ask {
  method?: string;
  body?: unknown;
  signal?: AbortSignal;
  accept?: string;
  headers?: Record<string, string>;
}

/** The answer itself, once it is known to be a success. */
export async function open(path: string, ask: Ask = {}): Promise<Response> {
  const { method = 'GET', body, signal, accept = 'application/json' } = ask;
  const headers: Record<string, string> = { accept, ...OWN_HEADER, ...ask.headers };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = { method, headers, cache: 'no-store', credentials: 'same-origin' };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  let response: Response;
  try {
    response = await fetch(path.startsWith('/ui/') ? path : BASE + path, init);
  } catch (error) {
    if (signal?.aborted && !isTimeout(error)) throw error;
    silent();
    throw new ApiError('silent', 'Skep does not answer.', 0);
  }
  answered();
  if (response.ok) return response;
  if (response.status === 401 && !path.startsWith('/ui/')) signedOut();
  throw await failure(response);
}

/** A machine that slept has connections that nobody ends: what is asked over them has an end. */
const isTimeout = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError';

async function failure(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const { error } = JSON.parse(text) as { error: { kind: string; message: string } };
    return new ApiError(error.kind, error.message, response.status);
  } catch {
    return new ApiError('failed', `${response.status} ${text.slice(0, 300) || response.statusText}`, response.status);
  }
}

export async function ask<T>(path: string, options: Ask = {}): Promise<T> {
  const response = await open(path, options);
  try {
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  } catch (error) {
    if (options.signal?.aborted && !isTimeout(error)) throw error;
    silent();
    throw new ApiError('silent', 'The answer broke off.', 0);
  }
}

/** The path of an operation: its parts are escaped, values that are left out are left out. */
export function at(parts: (string | number)[], values: Record<string, string | number | boolean | undefined | null> = {}): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return `/${parts.map((part) => encodeURIComponent(part)).join('/')}${text ? `?${text}` : ''}`;
}

export const asError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError('failed', error instanceof Error ? error.message : String(error), 0);
