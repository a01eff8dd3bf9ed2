import type { Evidence, Happening, HostEvidence } from './evidence.js';
import { type Expectation, holds } from './expectation.js';

/** What is wrong with an expectation, in words; undefined when it holds. */
export function judge(expectation: Expectation, seen: Evidence): string | undefined {
  switch (expectation.kind) {
    case 'healthy':
      return verdict(seen.isHealthy === expectation.isWanted, () =>
        seen.isHealthy ? 'the engine is healthy' : `the engine is not healthy; ${whereIs(seen)}`,
      );
    case 'on': {
      const runners = runnersOf(seen);
      const { hosts, isWanted } = expectation;
      if (hosts.length === 0) return verdict(runners.length === 0, () => whereIs(seen));
      const isThere = runners.some((id) => hosts.includes(id));
      return verdict(isThere === isWanted, () => whereIs(seen));
    }
    case 'paused':
      return verdict(seen.isPaused === expectation.isWanted, () =>
        seen.isPaused ? 'the guest is paused' : `the guest is not paused; ${whereIs(seen)}`,
      );
    case 'state': {
      const state = hostOf(seen, expectation.host).state ?? 'no daemon';
      return verdict(
        expectation.names.includes(state) === expectation.isWanted,
        () => `host ${expectation.host} is in ${state}`,
      );
    }
    case 'score': {
      const { score } = hostOf(seen, expectation.host);
      return verdict(
        score !== undefined && holds(score, expectation.relation, expectation.value),
        () => `host ${expectation.host} has ${score ?? 'no'} points`,
      );
    }
    case 'count': {
      const found = seen.happenings.filter(
        ({ atS, host, what }) =>
          what === expectation.what &&
          atS >= expectation.sinceS &&
          (expectation.host === undefined || host === expectation.host),
      );
      return verdict(holds(found.length, expectation.relation, expectation.value), () =>
        counted(found, expectation.what),
      );
    }
    case 'outage': {
      const { sinceS, atMostS } = expectation;
      const longest = Math.max(
        0,
        ...seen.outages.map(({ fromS, untilS }) => untilS - Math.max(fromS, sinceS)),
      );
      return verdict(longest <= atMostS, () => `the longest outage was ${longest.toFixed(1)} s`);
    }
    case 'nothing': {
      const sinceS = expectation.sinceS ?? seen.firstFaultS;
      const first = seen.happenings.find(({ atS }) => atS >= sinceS);
      return verdict(
        first === undefined,
        () => `${first?.what} on host ${first?.host} at ${first?.atS.toFixed(1)} s`,
      );
    }
    case 'log': {
      const isThere = seen.log.some(
        ({ atS, host, text }) =>
          atS >= expectation.sinceS &&
          (expectation.host === undefined || host === `host${expectation.host}`) &&
          text.includes(expectation.text),
      );
      return verdict(isThere === expectation.isWanted, () =>
        isThere ? `the log says '${expectation.text}'` : `no line says '${expectation.text}'`,
      );
    }
    case 'reads': {
      const { slotsRead } = hostOf(seen, expectation.host);
      return verdict(
        holds(slotsRead, expectation.relation, expectation.value),
        () => `it read ${slotsRead}`,
      );
    }
    case 'alert': {
      const alerts = seen.log.filter(({ text }) => text.includes('ALERT'));
      return verdict(
        alerts.some(({ text }) => text.includes(expectation.text)),
        () => `the alerts were: ${alerts.map(({ text }) => text).join('; ') || 'none'}`,
      );
    }
    case 'slot': {
      const { slot } = hostOf(seen, expectation.host);
      const isThere = slot.includes(expectation.text);
      return verdict(
        isThere === expectation.isWanted,
        () => `the slot of host ${expectation.host} is: ${slot}`,
      );
    }
    case 'power': {
      const { isOn } = hostOf(seen, expectation.host);
      return verdict(isOn === expectation.isOn, () => `it is ${isOn ? 'on' : 'off'}`);
    }
  }
}

/** How many of them a message names. */
const NAMED_MAX = 5;

function counted(found: readonly Happening[], what: string): string {
  const places = found.map(({ atS, host }) => `host ${host} at ${atS.toFixed(1)} s`);
  const named = places.slice(0, NAMED_MAX).join(', ');
  const more = found.length > NAMED_MAX ? ', …' : '';
  return `there were ${found.length} ${what}${found.length === 0 ? '' : `: ${named}${more}`}`;
}

function verdict(isTrue: boolean, why: () => string): string | undefined {
  return isTrue ? undefined : why();
}

function hostOf(seen: Evidence, id: number): HostEvidence {
  const host = seen.hosts.get(id);
  if (host === undefined) throw new RangeError(`there is no host ${id}`);
  return host;
}

function runnersOf(seen: Evidence): readonly number[] {
  return [...seen.hosts].filter(([, host]) => host.runsEngine).map(([id]) => id);
}

function whereIs(seen: Evidence): string {
  const runners = runnersOf(seen);
  if (runners.length > 0) return `it runs on host ${runners.join(' and host ')}`;
  const states = [...seen.hosts].map(([id, host]) => `${id} ${host.state ?? 'off'}`);
  return `it runs on no host (${states.join(', ')})`;
}
