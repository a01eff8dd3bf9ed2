import { HeError } from '../he-error.js';

/** Storage that works, hangs or reports errors, as told. Fakes run each operation through it. */
export class FaultyStorage {
  #mode: 'ok' | 'hung' | 'broken' = 'ok';
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  /** The most operations that were ever under way at once. */
  underWayMax = 0;

  /** From now on operations begin and do not end, until `heal`. */
  hang(): void {
    this.#mode = 'hung';
  }

  /** From now on operations fail at once; those that hang fail too. */
  breakDown(): void {
    this.#mode = 'broken';
    this.#release();
  }

  /** Operations work again, and those that hung end well. */
  heal(): void {
    this.#mode = 'ok';
    this.#release();
  }

  async run<T>(operation: () => T | Promise<T>): Promise<T> {
    this.#underWay++;
    this.underWayMax = Math.max(this.underWayMax, this.#underWay);
    try {
      while (this.#mode === 'hung') {
        await new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
        });
      }
      if (this.#mode === 'broken') {
        throw new HeError('HE_STORAGE_UNREACHABLE', 'input/output error', {
          details: { errno: 'EIO' },
        });
      }
      return await operation();
    } finally {
      this.#underWay--;
    }
  }

  #release(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
