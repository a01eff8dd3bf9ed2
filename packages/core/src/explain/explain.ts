// `hosted-engine --explain`: the answer as data. Text and JSON are two renderings of it.

import { eventsOf, type HistoryEvent, stateText } from './events.js';
import { caveatsOf, headlineOf, silence } from './headline.js';
import { changeOf, type Outlook, type Takeover, takeoverOf } from './outlook.js';
import { type Deduction, deductionsOf, disqualificationOf, peerScoreText } from './penalties.js';
import { type ExplainInput, type HostNow, type Presence, situationOf } from './situation.js';

export interface Explanation {
  /** What limits the rest. */
  readonly caveats: readonly string[];
  readonly headline: readonly string[];
  readonly hosts: readonly HostExplanation[];
  /** Oldest first. */
  readonly events: readonly HistoryEvent[];
  readonly change: Outlook;
  readonly takeover: Takeover;
}

export interface HostExplanation {
  readonly hostId: number;
  readonly hostname: string;
  readonly isThisHost: boolean;
  readonly presence: Presence;
  readonly state: string | undefined;
  readonly score: number | undefined;
  readonly scoreMax: number | undefined;
  readonly sentences: readonly string[];
  /** Of this host only: the others keep theirs to themselves. */
  readonly deductions: readonly Deduction[];
}

export function explain(input: ExplainInput): Explanation {
  const situation = situationOf(input);
  return {
    caveats: caveatsOf(situation),
    headline: headlineOf(situation),
    hosts: situation.hosts.map((host) => hostOf(host, input)),
    events: eventsOf(input.history).slice(-input.last),
    change: changeOf(situation),
    takeover: takeoverOf(situation),
  };
}

function hostOf(host: HostNow, input: ExplainInput): HostExplanation {
  const { now } = input;
  const weights = now?.config.weights;
  const own = host.isSelf ? now : undefined;
  const scoreMax =
    weights === undefined ? undefined : weights.base + (host.isSelf ? weights.priority : 0);
  const sentences = [presenceText(host)];
  if (own !== undefined) {
    const why = disqualificationOf(own, input.timeText);
    const deductions = deductionsOf(own);
    if (why !== undefined) sentences.push(`The score is 0: ${why}.`);
    else if (deductions.length === 0) sentences.push('Nothing is deducted.');
    const failures = own.from.memory.failedStartsS.length;
    if (why === undefined && failures >= 2) {
      sentences.push(`After ${failures} failed starts, hosts without failures go first.`);
    }
    return { ...factsOf(host, scoreMax), sentences, deductions };
  }
  const isTold = host.presence === 'live' || host.presence === 'unknown';
  const why = isTold && weights !== undefined ? peerScoreText(host, weights) : undefined;
  if (why !== undefined) sentences.push(why);
  return { ...factsOf(host, scoreMax), sentences, deductions: [] };
}

function factsOf(host: HostNow, scoreMax: number | undefined) {
  const { hostId, name: hostname, isSelf: isThisHost, presence, state, score } = host;
  return { hostId, hostname, isThisHost, presence, state, score, scoreMax };
}

function presenceText(host: HostNow): string {
  switch (host.presence) {
    case 'live':
      return `It ${stateText(host.state)}.`;
    case 'silent':
      return `It is silent. Its last report${silence(host)}, said that it ${stateText(host.state)}.`;
    case 'stopped':
      return 'Its HA daemon was stopped, and takes no part.';
    case 'unknown':
      return `${host.isSelf ? '' : 'Whether it is alive is not known. '}Its last report said that it ${stateText(host.state)}.`;
    case 'rejected':
      return `Its slot cannot be believed: ${host.rejection ?? ''}.`;
  }
}
