import { type Clock, messageOf, type NetworkProbe } from '@hosted-engine/ports';

const TRIES = 5;
const PAUSE_MS = 500;

type Outcome<T> = { readonly value: T } | { readonly fault: string };

/**
 * The share of five tries that succeeded, begun half a second apart (ha-daemon.md 3). They overlap: tries that
 * wait out their time one after another would show a cut network half a minute late.
 * Rejects when a try could not be made and the answers of the others leave the share open.
 */
export async function shareOfTries(test: () => Promise<boolean>, clock: Clock): Promise<number> {
  const tries: Promise<Outcome<boolean>>[] = [];
  for (let index = 0; index < TRIES; index += 1) {
    if (index > 0) await clock.sleep(PAUSE_MS);
    tries.push(outcomeOf(test()));
  }
  const outcomes = await Promise.all(tries);
  const fault = outcomes.find((outcome) => 'fault' in outcome);
  if (fault !== undefined && 'fault' in fault) throw new Error(fault.fault);
  return outcomes.filter((outcome) => 'value' in outcome && outcome.value).length / TRIES;
}

/**
 * Several targets as one: the network counts as reachable as far as `required` of them do, so the share is that
 * of the target in this place, best first. A target that could not be tested counts as neither: when its answer
 * would make the difference, the share is not known (I5) and this rejects.
 */
export function allTargets(probes: readonly NetworkProbe[], required: number): NetworkProbe {
  return {
    async share() {
      if (probes.length === 0) return 1;
      const outcomes = await Promise.all(probes.map((probe) => outcomeOf(probe.share())));
      const least = placeOf(outcomes, 0, required);
      if (least === placeOf(outcomes, 1, required)) return least;
      const faults = outcomes.flatMap((outcome) => ('fault' in outcome ? [outcome.fault] : []));
      throw new Error(faults.join('; '));
    },
  };
}

/** The share in the place `required` when every target that could not be tested had `assumed`. */
function placeOf(outcomes: readonly Outcome<number>[], assumed: number, required: number): number {
  const shares = outcomes.map((outcome) => ('value' in outcome ? outcome.value : assumed));
  return shares.sort((a, b) => b - a)[required - 1] ?? 0;
}

/** Settles always, so that a failure is never left without somebody who waits for it. */
function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ fault: messageOf(error) }),
  );
}
