import { useInput } from 'ink';
import { type Press, pressesOf } from './presses.js';

/** Hears the keyboard while the component is shown. */
export function usePresses(hear: (press: Press) => void): void {
  useInput((input, key) => {
    for (const press of pressesOf(input, key)) hear(press);
  });
}
