import {
  type DecisionEntry,
  type ExplainInput,
  explain,
  type JournalEntry,
  parseEntry,
  renderExplanation,
  type StatusView,
  statusOfRawSlots,
} from '@hosted-engine/core';
import { parseVdsmConf } from '@hosted-engine/formats/vdsm-conf';
import { HeError } from '@hosted-engine/ports/he-error';
import { PATHS } from '@hosted-engine/setup/paths';
import { optionValue } from '../args.js';
import type { Command } from '../command.js';
import type { CliContext } from '../context.js';
import { requireDeployed } from '../deployed.js';
import { JOURNAL, journalLines } from '../journal-lines.js';
import { localTime } from '../time-text.js';

const LAST_DEFAULT = 10;
const LAST_MAX = 10_000;

export const EXPLAIN: Command = {
  name: 'explain',
  summary: 'tell what each host does and did, why, and what would happen next',
  details: [
    "From this host's decision journal and the slots of all hosts: who runs the engine VM, what takes",
    "a host's score, what would make the VM move or start, and who could take it over in how many",
    'seconds. Run it on another host for what that one decided. It works without the HA daemon too.',
  ],
  options: [
    { name: 'last', value: 'N', help: `how many events to tell (${LAST_DEFAULT})` },
    { name: 'json', help: 'print one JSON object' },
  ],
  run: async (context, options) => {
    const { hostId } = await requireDeployed(context);
    const input = await gather(context, hostId, lastOf(optionValue(options, 'last')));
    const explanation = explain(input);
    if (options.has('json')) {
      context.write(`${JSON.stringify({ hostId, hostname: input.hostname, ...explanation })}\n`);
    } else {
      context.write(renderExplanation(explanation, input));
    }
    return 0;
  },
};

function lastOf(text: string | undefined): number {
  const count = text === undefined ? LAST_DEFAULT : Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= LAST_MAX) return count;
  throw new HeError('HE_USAGE', `--last must be a whole number from 1 to ${LAST_MAX}`);
}

async function gather(context: CliContext, hostId: number, last: number): Promise<ExplainInput> {
  const [live, journal, ioTimeoutS] = await Promise.all([
    askDaemon(context),
    readJournal(context),
    ioTimeout(context),
  ]);
  const now =
    live.decision ??
    journal.entries.findLast((entry): entry is DecisionEntry => entry.kind === 'decision');
  const nowMs = context.clock.wallMs();
  return {
    hostId,
    hostname: now?.hostname ?? journal.entries.at(-1)?.hostname ?? `host ${hostId}`,
    now,
    ageS: now === undefined ? 0 : Math.max(0, (nowMs - now.wallMs) / 1000),
    daemonFault: live.fault,
    slots: live.slots,
    history: journal.entries,
    damagedLines: journal.damaged,
    last,
    ioTimeoutS,
    timeText: (wallMs) => localTime(wallMs, nowMs),
  };
}

interface Live {
  readonly decision: DecisionEntry | undefined;
  readonly slots: StatusView | undefined;
  /** Why it told nothing. */
  readonly fault: string | undefined;
}

/** A daemon that is down, or that cannot read the slots, is part of the answer and no failure. */
async function askDaemon(context: CliContext): Promise<Live> {
  let decision: DecisionEntry | undefined;
  try {
    const line = await context.broker.decision();
    const parsed = line === '' ? undefined : parseEntry(line);
    if (parsed?.kind === 'entry' && parsed.entry.kind === 'decision') decision = parsed.entry;
  } catch (thrown) {
    if (!(thrown instanceof HeError)) throw thrown;
    return { decision: undefined, slots: undefined, fault: thrown.message };
  }
  if (decision === undefined) {
    return { decision, slots: undefined, fault: 'it has decided nothing yet' };
  }
  try {
    const { slots, alive } = await context.broker.state();
    return { decision, slots: statusOfRawSlots(slots, alive), fault: undefined };
  } catch (thrown) {
    if (!(thrown instanceof HeError)) throw thrown;
    return { decision, slots: undefined, fault: undefined };
  }
}

/** Both files of the journal, oldest first. */
async function readJournal(
  context: CliContext,
): Promise<{ readonly entries: readonly JournalEntry[]; readonly damaged: number }> {
  const [older, newer] = await Promise.all([
    journalLines(context, `${JOURNAL}.1`),
    journalLines(context, JOURNAL),
  ]);
  const parsed = [...(older ?? []), ...(newer ?? [])].map(parseEntry);
  const entries = parsed.flatMap((line) => (line.kind === 'entry' ? [line.entry] : []));
  return { entries, damaged: parsed.length - entries.length };
}

async function ioTimeout(context: CliContext): Promise<number> {
  const bytes = await context.files.read(PATHS.vdsmConf);
  return parseVdsmConf(new TextDecoder().decode(bytes), PATHS.vdsmConf).sanlockIoTimeoutS;
}
