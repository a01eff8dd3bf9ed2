/** Something that people want to be told of. */
export interface Notice {
  readonly type: NoticeType;
  /** `Old-New` of a state change; the name of an alert. */
  readonly detail: string;
  /** Why, as one sentence. */
  readonly reason: string;
  /** The host that tells it. */
  readonly hostname: string;
  /** Epoch milliseconds of the event, not of its delivery. */
  readonly wallMs: number;
}

export type NoticeType = 'state_transition' | 'alert';

/** `skipped`: the configuration does not want this one, or not this way. */
export type Delivery = 'sent' | 'skipped';

/**
 * One way of telling people: mail, webhook.
 *
 * Contract, checked for every adapter by `contract/notification-channel.contract.ts`:
 *   N1. It resolves with `sent` only once the other side has taken the notice.
 *   N2. A server that refuses, drops the connection or answers nonsense rejects with
 *       HE_NOTIFICATION_FAILED when another try may succeed, HE_NOTIFICATION_REFUSED when not.
 *   N3. Whatever hangs ends when `signal` aborts, and the call rejects.
 *   N4. The configuration is read anew at each call; one that cannot be read rejects with
 *       HE_CONFIG_INVALID that names the file.
 *   N5. No message of an error holds a secret of the configuration.
 */
export interface NotificationChannel {
  /** For the log: `mail`, `the webhook`. */
  readonly name: string;
  send(notice: Notice, signal: AbortSignal): Promise<Delivery>;
}
