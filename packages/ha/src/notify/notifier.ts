import type { Machine } from '@hosted-engine/core';
import type { Clock, Log, Notice, NotificationChannel } from '@hosted-engine/ports';
import type { Recorder } from '../journal.js';
import type { TurnSummary } from '../loop.js';
import { createAlertWatch } from './alerts.js';
import { createOutbox } from './outbox.js';

export interface NotifierOptions {
  readonly channels: readonly NotificationChannel[];
  readonly hostname: string;
  readonly ioTimeoutS: number;
  readonly hostIdProblem: () => string | undefined;
  readonly recorder: Pick<Recorder, 'note'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells people of changes of state and of alerts. No call waits. */
export interface Notifier {
  turn(summary: TurnSummary): void;
  ended(before: Machine, machine: Machine): void;
  close(): Promise<void>;
}

/** What a last notification gets before the daemon leaves, in seconds. */
const GRACE_S = 3;

export function createNotifier(options: NotifierOptions): Notifier {
  const { channels, clock, log, hostname } = options;
  const outboxes = channels.map((channel) => createOutbox({ channel, clock, log }));
  const alerts = createAlertWatch(options.ioTimeoutS);

  function tell(type: Notice['type'], detail: string, reason: string): void {
    const notice: Notice = { type, detail, reason, hostname, wallMs: clock.wallMs() };
    for (const outbox of outboxes) outbox.add(notice);
  }

  function changed(before: Machine, after: Machine, reason: string): void {
    if (before.name !== after.name) {
      tell('state_transition', `${before.name}-${after.name}`, reason);
    }
  }

  return {
    turn({ before, machine, seen, reason }) {
      changed(before, machine, reason);
      const hostIdProblem = options.hostIdProblem();
      for (const alert of alerts.turn({ machine, seen, reason, hostIdProblem })) {
        const isOver = alert.detail.endsWith('-over');
        log[isOver ? 'info' : 'error'](`ALERT ${alert.detail}: ${alert.reason}`);
        options.recorder.note(
          isOver
            ? `saw the end of the alert ${alert.detail.replace(/-over$/, '')}`
            : `raised the alert ${alert.detail}: ${alert.reason}`,
        );
        tell('alert', alert.detail, alert.reason);
      }
    },
    ended: (before, machine) => changed(before, machine, 'the HA daemon was stopped'),
    async close() {
      await Promise.all(outboxes.map((outbox) => outbox.close(GRACE_S)));
    },
  };
}
