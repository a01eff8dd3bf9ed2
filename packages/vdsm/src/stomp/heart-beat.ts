/** What one side promises and wants, in milliseconds; 0 is nothing. */
export interface HeartBeat {
  readonly sendMs: number;
  readonly receiveMs: number;
}

/** Reads a `heart-beat:x,y` header of the other side. Malformed or missing is 0,0. */
export function parseHeartBeat(header: string | undefined): HeartBeat {
  const match = /^(\d{1,9}),(\d{1,9})$/.exec(header ?? '');
  if (match === null) return { sendMs: 0, receiveMs: 0 };
  return { sendMs: Number(match[1]), receiveMs: Number(match[2]) };
}

export interface HeartBeatActions {
  /** Called when nothing was sent for `sendMs`. */
  beat(): void;
  /** Called once when nothing was received for `receiveMs`. */
  silent(): void;
}

/** The two timers of one connection. They never keep the process alive. */
export class HeartBeatTimers {
  readonly #send: NodeJS.Timeout | undefined;
  readonly #receive: NodeJS.Timeout | undefined;

  constructor(heartBeat: HeartBeat, actions: HeartBeatActions) {
    if (heartBeat.sendMs > 0) {
      this.#send = setInterval(() => actions.beat(), heartBeat.sendMs).unref();
    }
    if (heartBeat.receiveMs > 0) {
      this.#receive = setTimeout(() => actions.silent(), heartBeat.receiveMs).unref();
    }
  }

  sent(): void {
    this.#send?.refresh();
  }

  received(): void {
    this.#receive?.refresh();
  }

  stop(): void {
    clearInterval(this.#send);
    clearTimeout(this.#receive);
  }
}
