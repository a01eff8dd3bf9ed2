import type { HistoryEvent } from './events.js';
import type { Explanation, HostExplanation } from './explain.js';
import type { ExplainInput } from './situation.js';

const WIDTH = 80;
const HOSTS_MAX = 12;

/** The text for people, in lines of at most 80 columns where words allow. */
export function renderExplanation(
  explanation: Explanation,
  { timeText, hostname }: Pick<ExplainInput, 'timeText' | 'hostname'>,
): string {
  const { caveats, headline, hosts, events, change, takeover } = explanation;
  const sections: readonly (readonly string[])[] = [
    caveats.flatMap((text) => wrap(`Note: ${text}`, '', '      ')),
    headline.flatMap((text) => wrap(text, '', '')),
    ['Hosts', ...hostsLines(hosts)],
    [
      `What happened, as seen by ${hostname}`,
      ...(events.length === 0 ? ['  Nothing is in the journal.'] : []),
      ...events.flatMap((event) => eventLines(event, timeText)),
    ],
    [change.title, ...change.sentences.flatMap((text) => wrap(text, '  ', '  '))],
    [takeover.title, ...takeover.sentences.flatMap((text) => wrap(text, '  ', '  '))],
  ];
  const written = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${written.join('\n\n')}\n`;
}

/** In a large cluster the many that just stand by are counted. */
function hostsLines(hosts: readonly HostExplanation[]): readonly string[] {
  if (hosts.length <= HOSTS_MAX) return hosts.flatMap(hostLines);
  const isQuiet = (host: HostExplanation): boolean =>
    !host.isThisHost &&
    host.presence === 'live' &&
    host.state === 'EngineDown' &&
    host.score === host.scoreMax;
  const quiet = hosts.filter(isQuiet).length;
  return [
    ...hosts.filter((host) => !isQuiet(host)).flatMap(hostLines),
    ...(quiet === 0 ? [] : [`  and ${quiet} more that stand by with a full score`]),
  ];
}

function hostLines(host: HostExplanation): readonly string[] {
  const here = host.isThisHost ? ', this host' : '';
  const of = host.scoreMax === undefined ? '' : ` of ${host.scoreMax}`;
  const score = host.score === undefined ? 'not known' : `${host.score}${of}`;
  const about = host.presence === 'live' ? 'score' : 'last score';
  return [
    `  ${host.hostname} (host ${host.hostId}${here}): ${about} ${score}`,
    ...wrap(host.sentences.join(' '), '      ', '      '),
    ...host.deductions.flatMap(({ points, text }) => {
      return wrap(text, `      ${String(-points).padStart(6)}  `, ' '.repeat(14));
    }),
  ];
}

function eventLines(event: HistoryEvent, timeText: ExplainInput['timeText']): readonly string[] {
  const time = timeText(event.wallMs);
  const why = event.reason === undefined ? '' : ` Why: ${event.reason}.`;
  const indent = ' '.repeat(time.length + 4);
  return wrap(`${event.hostname} ${event.text}.${why}`, `  ${time}  `, indent);
}

function wrap(text: string, first: string, further: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/(?<=\S) +(?=\S)/)) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = further;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
