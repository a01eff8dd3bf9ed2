import { useRef, useState } from 'react';

/**
 * State that a key can read right after the key before it has changed it: over a slow line several keys
 * arrive at once, and all are heard before anything is drawn again.
 */
export function useLatest<T>(initial: () => T): readonly [get: () => T, set: (value: T) => void] {
  const [first] = useState(initial);
  const latest = useRef(first);
  const [, draw] = useState({});
  const set = (value: T): void => {
    latest.current = value;
    draw({});
  };
  return [() => latest.current, set];
}
