// Passwords are kept as scrypt verifiers. One verification costs an emulated CPU about a second, and
// API clients send the password with every request, so a password that was right is remembered as
// a keyed digest for as long as the process lives.

import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** N, r, p of RFC 7914: 16 MiB and about 50 ms on a real CPU. */
const COST = { N: 16384, r: 8, p: 1 } as const;
const KEY_LENGTH = 32;

/** `scrypt$N$r$p$SALT$KEY`, the last two in base64url. */
export async function makeVerifier(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  const { N, r, p } = COST;
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

export interface PasswordCheck {
  /** Whether this is the password of the verifier. Verifications run one after the other. */
  isRight(password: string): Promise<boolean>;
}

/** How many verifications may wait; past that an answer is "wrong" at once. */
const WAITING_MAX = 32;

/** Throws RangeError when `verifier` is malformed. */
export function createPasswordCheck(verifier: string): PasswordCheck {
  const parts = verifier.split('$');
  const [scheme, N, r, p, salt, key] = parts;
  if (scheme !== 'scrypt' || salt === undefined || key === undefined || parts.length !== 6) {
    throw new RangeError('the password verifier is malformed');
  }
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const expected = Buffer.from(key, 'base64url');
  const digestKey = randomBytes(32);
  const digestOf = (password: string): Buffer =>
    createHmac('sha256', digestKey).update(password).digest();
  let known: Buffer | undefined;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const verify = async (password: string): Promise<boolean> => {
    const derived = await derive(password, Buffer.from(salt, 'base64url'), cost);
    const isRight = derived.length === expected.length && timingSafeEqual(derived, expected);
    if (isRight) known = digestOf(password);
    return isRight;
  };
  return {
    async isRight(password) {
      if (known !== undefined && timingSafeEqual(known, digestOf(password))) return true;
      if (waiting >= WAITING_MAX) return false;
      waiting++;
      const turn = last.then(() => verify(password));
      last = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        waiting--;
      }
    },
  };
}

function derive(
  password: string,
  salt: Uint8Array,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_LENGTH, cost, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
