// A value as it was when it last rested: typing asks the server once, not for each letter.
//
// Invariant: the first value counts at once.
import { useEffect, useState } from 'preact/hooks';

export function useLater<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    if (key === JSON.stringify(rested)) return undefined;
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [key]);
  return rested;
}
