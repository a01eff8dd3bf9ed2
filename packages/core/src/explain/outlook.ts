// What it would take for the engine to move, or to start; and who could take it over, in how many seconds.

import { BETTER_MARGIN } from '../fsm/machine.js';
import type { DecisionEntry } from '../journal/entry.js';
import { type BootTime, bootTimeOf } from './boot.js';
import { nameOf } from './headline.js';
import { disqualificationOf, peerScoreText } from './penalties.js';
import { candidates, type HostNow, isBlind, type Situation, startersOf } from './situation.js';

export interface Outlook {
  readonly title: string;
  readonly sentences: readonly string[];
}

export interface Takeover extends Outlook {
  /** `unknown`: this host cannot tell. */
  readonly possible: boolean | 'unknown';
  readonly byHostId: number | undefined;
  /** Seconds until the lease can be granted, at most; of the boot; and in all. */
  readonly leaseS: number | undefined;
  readonly bootS: number;
  readonly totalS: number | undefined;
  /** How many boots the figure is taken from; 0: assumed. */
  readonly bootsSeen: number;
}

/** sanlock's 8 io_timeouts until a host that stopped renewing counts as failed, and the watchdog's 60 s. */
const WATCHDOG_S = 60;
/** From the grant to the launch of the VM, at most. */
const LAUNCH_S = 2;

export function leaseFloorS(ioTimeoutS: number): number {
  return 8 * ioTimeoutS + WATCHDOG_S;
}

/** Nobody runs it: why, and what would change that. Somebody does: what would move it. */
export function changeOf(situation: Situation): Outlook {
  const [runner] = situation.runners;
  if (runner !== undefined) {
    return { title: 'What would make the engine VM move', sentences: moveOf(situation, runner) };
  }
  return { title: 'What would make the engine VM start', sentences: startOf(situation) };
}

function moveOf(situation: Situation, runner: HostNow): readonly string[] {
  if (situation.globalMaintenance === true) {
    return ['Nothing, while global maintenance is on; only you can move it, from the engine.'];
  }
  const [best] = candidates(situation, [runner]);
  const margin = `It moves by itself to a host whose score is ${BETTER_MARGIN} points above that of ${runner.name}`;
  if (best !== undefined && runner.inMaintenance) {
    return [`${runner.name} is in local maintenance and moves it to ${best.name}.`];
  }
  if (runner.inMaintenance) {
    return [
      `${runner.name} is in local maintenance: it moves as soon as another host can run it, which none can now; see below.`,
      `"hosted-engine --set-maintenance --mode=local --force" on ${runner.name} stops the engine VM instead.`,
    ];
  }
  if (best === undefined || best.score === undefined || runner.score === undefined) {
    return [
      `${margin}. No other host can run it now.`,
      `By hand it cannot be moved either: local maintenance of ${runner.name} would be refused, unless forced, which stops the engine VM.`,
    ];
  }
  const short = runner.score + BETTER_MARGIN - best.score;
  const compared = `${runner.name} has ${runner.score}, the best other host, ${best.name}, has ${best.score}`;
  const sentences =
    short > 0
      ? [`${margin}: ${compared}, so ${short} points are missing.`]
      : [`${margin}, and ${best.name} is: ${compared}. ${delayText(situation, runner)}`];
  return [
    ...sentences,
    `By hand: "hosted-engine --set-maintenance --mode=local" on ${runner.name} moves it to ${best.name} without stopping it.`,
  ];
}

/** Why a move that is due has not begun. */
function delayText({ machine, now, self }: Situation, runner: HostNow): string {
  if (machine === undefined || now === undefined || runner !== self) {
    return `${runner.name} moves it once that has lasted.`;
  }
  const { timing } = now.config;
  const { better, arrivedS, failedMovesS } = machine.memory;
  const { nowS } = now.seen;
  const waits = [
    better === undefined
      ? [timing.betterHoldS, 'that has lasted']
      : [better.sinceS + timing.betterHoldS - nowS, 'that has lasted'],
    [(arrivedS ?? -Infinity) + timing.dwellS - nowS, 'the VM has been on this host'],
    [
      (failedMovesS.at(-1) ?? -Infinity) + timing.movePauseS - nowS,
      'the pause after a failed move is over,',
    ],
  ] as const;
  const [leftS, what] = [...waits].sort(([a], [b]) => Number(b) - Number(a))[0] ?? waits[0];
  const failed = failedMovesS.length === 0 ? '' : ` ${failedMovesS.length} moves failed lately.`;
  return Number(leftS) > 0
    ? `It moves once ${what} long enough, in about ${Math.ceil(Number(leftS))} s.${failed}`
    : `It moves now.${failed}`;
}

function startOf(situation: Situation): readonly string[] {
  const { now, waiting, globalMaintenance, input, self } = situation;
  if (globalMaintenance === true) {
    return [
      'The end of global maintenance: "hosted-engine --set-maintenance --mode=none". Or start it yourself with "hosted-engine --vm-start".',
    ];
  }
  if (waiting.length > 0) return ['Nothing more: it starts as soon as the lease is granted.'];
  if (now === undefined || input.daemonFault !== undefined) {
    return [
      'That cannot be told while the HA daemon of this host does not report: "systemctl start ovirt-ha-agent" starts it.',
    ];
  }
  return [
    ...(isBlind(now) ? [] : [turnText(situation)]),
    `${self?.name ?? 'This host'} waits: ${now.reason}.`,
    ...obstaclesOf(situation).map((text) => `Needed: ${text}.`),
  ];
}

function turnText(situation: Situation): string {
  const listed = (hosts: readonly HostNow[]): string =>
    hosts
      .slice(0, 3)
      .map((host) => `${host.name} (score ${host.score ?? 0})`)
      .join(', then ');
  const order = candidates(situation, []);
  if (order.length === 1) return `The host that may start it is ${listed(order)}.`;
  if (order.length > 1) return `The hosts that may start it are, in this order, ${listed(order)}.`;
  const lastResort = startersOf(situation, []);
  return lastResort.length === 0
    ? 'No host that reports may run it now; see above why.'
    : `No host that reports has a score above 0. As a last resort these try all the same, in turn and with pauses: ${listed(lastResort)}.`;
}

/** What stands in the way here, with its remedy. */
function obstaclesOf(situation: Situation): readonly string[] {
  const { now } = situation;
  if (now === undefined) return [];
  const { seen } = now;
  const obstacles: string[] = [];
  if (seen.globalMaintenance.kind === 'unknown' || seen.slots.kind === 'unknown') {
    obstacles.push('the whiteboard on the shared storage must be readable');
  }
  if (seen.storage.kind === 'unknown' || !seen.storage.value) {
    obstacles.push(
      'the storage domain must work on this host: look at its mount, the storage network, and the log of vdsmd and sanlock',
    );
  }
  if (seen.localMaintenance) {
    obstacles.push(
      'local maintenance of this host must end ("hosted-engine --set-maintenance --mode=none"), or another host be able to run it',
    );
  }
  if (seen.lease.kind === 'known' && seen.lease.value.kind === 'held') {
    const { owner, byHostId } = seen.lease.value;
    const name = nameOf(situation, byHostId);
    if (owner === 'live') {
      obstacles.push(`${name} must release the lease: look there whether the VM still runs`);
    }
    if (owner === 'unknown') obstacles.push(`sanlock must find out whether ${name} is alive`);
  }
  return obstacles;
}

export function takeoverOf(situation: Situation): Takeover {
  const boot = bootTimeOf(situation.input.history);
  const [runner] = situation.runners;
  const subject = runner ?? situation.waiting[0];
  const title = runner === undefined ? 'When it could be up again' : `If ${runner.name} failed now`;
  const nothing = {
    title,
    byHostId: undefined,
    leaseS: undefined,
    bootS: boot.seconds,
    bootsSeen: boot.seen,
    totalS: undefined,
  };
  const { daemonFault } = situation.input;
  if (daemonFault !== undefined || isBlind(situation.now)) {
    const why =
      daemonFault === undefined
        ? 'this host cannot read the slots of the others'
        : 'the HA daemon of this host does not report';
    return { ...nothing, possible: 'unknown', sentences: [`That cannot be told while ${why}.`] };
  }
  if (subject === undefined || runner === undefined) return whenUp(situation, boot, nothing);

  const [taker] = startersOf(situation, [runner]);
  if (taker === undefined) {
    return { ...nothing, possible: false, sentences: nobody(situation, runner) };
  }
  const { ioTimeoutS } = situation.input;
  const leaseS = leaseFloorS(ioTimeoutS);
  const totalS = leaseS + LAUNCH_S + boot.seconds;
  return {
    ...nothing,
    possible: true,
    byHostId: taker.hostId,
    leaseS,
    totalS,
    sentences: [
      `${taker.name} would take the engine over${(taker.score ?? 0) > 0 ? '' : ' as a last resort, as its score is 0'}; it would be up after about ${totalS} s.`,
      `Of these, up to ${leaseS} s pass until sanlock grants the lease of a host that is gone (8 times the io_timeout of ${ioTimeoutS} s, and ${WATCHDOG_S} s for its watchdog), and ${bootText(boot)}.`,
      `If only the VM crashed, ${runner.name} would start it again within ${LAUNCH_S} s, plus the boot.`,
    ],
  };
}

function bootText({ seconds, seen }: BootTime): string {
  if (seen === 0) {
    return `${seconds} s are assumed for the boot of the engine, as this journal has seen none`;
  }
  return seen === 1
    ? `${seconds} s the boot of the engine, as the last time`
    : `${seconds} s the boot of the engine, the median of the last ${seen}`;
}

function whenUp(
  { now, waiting }: Situation,
  boot: BootTime,
  nothing: Omit<Takeover, 'possible' | 'sentences'>,
): Takeover {
  const lease = now?.seen.lease;
  const held = lease?.kind === 'known' && lease.value.kind === 'held' ? lease.value : undefined;
  const [starter] = waiting;
  if (starter === undefined) {
    const sentences = ['That depends on what is said above; no start is under way.'];
    return { ...nothing, possible: 'unknown', sentences };
  }
  const grantS = held?.grantableInS;
  const about = { ...nothing, possible: true, byHostId: starter.hostId };
  if (grantS === undefined) {
    const from = boot.seen === 0 ? 'which is assumed, as this journal has seen none' : 'as lately';
    const sentences = [
      `The boot of the engine takes about ${boot.seconds} s, ${from}, from when the lease is granted.`,
    ];
    return { ...about, sentences };
  }
  const leaseS = Math.ceil(grantS);
  const totalS = leaseS + LAUNCH_S + boot.seconds;
  return {
    ...about,
    leaseS,
    totalS,
    sentences: [
      `In about ${totalS} s: ${leaseS} s until the lease is granted, and ${bootText(boot)}.`,
    ],
  };
}

function nobody({ hosts, now, input }: Situation, runner: HostNow): readonly string[] {
  const others = hosts.filter((host) => host !== runner);
  const first = 'No other host could take the engine over now.';
  if (others.length === 0) return [first, 'There is no other host: deploy a second one.'];
  return [first, ...others.map((host) => `${host.name}: ${whyNot(host)}.`)];

  /** Why this host could not run the engine VM. */
  function whyNot(host: HostNow): string {
    switch (host.presence) {
      case 'silent':
        return `it has not reported for ${host.silentS === undefined ? 'some time' : `${Math.round(host.silentS)} s`}; see that it is up, that ovirt-ha-agent runs on it and that it reaches the storage`;
      case 'stopped':
        return 'its HA daemon is stopped; "systemctl start ovirt-ha-agent" on it starts it';
      case 'rejected':
        return `its slot cannot be believed: ${host.rejection ?? ''}`;
      case 'unknown':
        return 'whether it is alive is not known';
      case 'live':
        if (host.inMaintenance) {
          return 'it is in local maintenance, which "hosted-engine --set-maintenance --mode=none" on it ends';
        }
        return now === undefined ? 'its score is 0' : zeroScore(host, now);
    }
  }

  function zeroScore(host: HostNow, decision: DecisionEntry): string {
    const text = host.isSelf
      ? disqualificationOf(decision, input.timeText)
      : peerScoreText(host, decision.config.weights);
    return text === undefined ? 'its score is 0' : text.replace(/\.$/, '');
  }
}
