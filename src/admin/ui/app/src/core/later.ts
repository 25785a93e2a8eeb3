// A value as it was when it last rested: typing asks the server once, not for each letter.
//
// Invariant: the first value counts at once, and so does the present one when something else is chosen.
import { useEffect, useRef, useState } from 'preact/hooks';

/** `chosen`: what is not typed; when it changes, nothing waits. */
export function useLater<T>(value: T, ms: number, chosen = ''): T {
  const [rested, setRested] = useState(value);
  const last = useRef(chosen);
  const key = JSON.stringify(value);
  useEffect(() => {
    if (key === JSON.stringify(rested)) return undefined;
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [key]);
  if (last.current === chosen) return rested;
  last.current = chosen;
  setRested(value);
  return value;
}
