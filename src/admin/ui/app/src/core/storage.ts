// What the browser keeps between visits: the theme, saved calls, the columns of the log.
//
// Invariant: a browser that keeps nothing (private windows, full storage) only forgets; no page fails for it. Nothing here is a secret.

const PREFIX = 'skep.';

export function load<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function save(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
