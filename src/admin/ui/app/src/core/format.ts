// Numbers, sizes, durations and times as people read them.
//
// Invariant: every quantity carries its unit, and one that is not known is a dash, never a zero.

export const DASH = '–';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Three digits that mean something. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  return size >= 100 ? value.toFixed(0) : size >= 10 ? trim(value.toFixed(1)) : trim(value.toFixed(2));
}

const trim = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH;
  return Math.abs(value) >= 100_000 ? compact.format(value) : Number.isInteger(value) ? whole.format(value) : short(value);
}

export const exact = (value: number): string => whole.format(value);

export function rate(value: number | null | undefined): string {
  return value === null || value === undefined ? DASH : value >= 1000 ? compact.format(value) : short(value);
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH;
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? rest.toFixed(0) : short(rest)} ${units[unit]}`;
}

export function micros(value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH;
  if (value === 0) return '0 ms';
  if (value < 1000) return `${short(value)} µs`;
  if (value < 1_000_000) return `${short(value / 1000)} ms`;
  return seconds(value / 1_000_000);
}

export const millis = (value: number | null | undefined): string => micros(value === null || value === undefined ? value : value * 1000);

export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH;
  if (value < 1) return `${short(value * 1000)} ms`;
  if (value < 60) return `${short(value)} s`;
  const minutes = Math.floor(value / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(value % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  return value > 0 && value < 0.01 ? '<0.01 %' : `${value >= 10 ? value.toFixed(0) : Number(value.toPrecision(2))} %`;
}

const two = (value: number): string => String(value).padStart(2, '0');

export function clock(ms: number, withMillis = false): string {
  const date = new Date(ms);
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMillis ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text;
}

export function day(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export const isToday = (ms: number): boolean => day(ms) === day(Date.now());

export const local = (ms: number): string => (isToday(ms) ? clock(ms) : `${day(ms)} ${clock(ms).slice(0, 5)}`);

export const utc = (ms: number): string => `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')} UTC`;

/** `3 min ago`, `in 2 h`. */
export function relative(ms: number, now: number): string {
  const difference = Math.round((ms - now) / 1000);
  const size = Math.abs(difference);
  if (size < 5) return 'just now';
  const text =
    size < 60 ? `${size} s` : size < 3600 ? `${Math.floor(size / 60)} min` : size < 172_800 ? `${Math.floor(size / 3600)} h` : `${Math.floor(size / 86_400)} d`;
  return difference < 0 ? `${text} ago` : `in ${text}`;
}

export const shortVersion = (version: string | null | undefined): string => (version ? version.slice(0, 9) : DASH);

export const plural = (number: number, one: string, many = `${one}s`): string => `${count(number)} ${number === 1 ? one : many}`;
