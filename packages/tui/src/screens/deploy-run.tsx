import { Text } from 'ink';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { createFormDialog } from '../deploy/form-dialog.js';
import { backMax, pageLines, progressLine } from '../deploy/page-lines.js';
import { Choice } from '../field/choice.js';
import { usePresses } from '../field/use-presses.js';
import { cut, wrap } from '../text/fit.js';
import type { TuiHost } from '../tui-host.js';
import { Frame, innerRows, Lines, type Size } from './frame.js';
import { errorText } from './maintenance.js';
import { QuestionForm, questionHeight } from './question-form.js';

interface DeployRunProps {
  readonly host: TuiHost;
  readonly size: Size;
  readonly configFiles: readonly string[];
  readonly signal: AbortSignal;
  onRunning(abort: (() => void) | undefined): void;
  leave(): void;
}

type End =
  | { readonly kind: 'done'; readonly exitCode: number }
  | { readonly kind: 'not-begun'; readonly why: string };

/** One run of the set-up, from its first question to its last line. */
export function DeployRun(props: DeployRunProps): ReactNode {
  const { host, size, configFiles, signal, onRunning, leave } = props;
  const [form] = useState(createFormDialog);
  const conversation = useSyncExternalStore(form.onChange, form.current);
  const [end, setEnd] = useState<End>();
  const [isAborting, setAborting] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const [back, setBack] = useState(0);
  const [abort] = useState(() => new AbortController());
  const stop = (): void => {
    setAborting(true);
    setLeaving(false);
    abort.abort();
    form.giveUp();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a screen is one run, begun once.
  useEffect(() => {
    signal.addEventListener('abort', stop, { once: true });
    onRunning(stop);
    host
      .deploy({ configFiles, makeDialog: form.dialogFor, signal: abort.signal })
      .then(
        (exitCode) => setEnd({ kind: 'done', exitCode }),
        (thrown: unknown) => setEnd({ kind: 'not-begun', why: errorText(thrown) }),
      )
      .finally(() => onRunning(undefined));
    return () => signal.removeEventListener('abort', stop);
  }, []);

  const width = size.columns;
  const rows = innerRows(size);
  const { question } = conversation;
  const seconds = useSeconds(question === undefined && end === undefined);
  const isAsking = question !== undefined && !isLeaving;
  const bottom = isLeaving
    ? 4
    : end !== undefined
      ? endLines(end, width).length + 1
      : question === undefined
        ? 2
        : questionHeight(question, width, rows) + 1;
  const room = Math.max(1, rows - bottom);
  const backLimit = backMax(conversation, width, room);
  usePresses((press) => {
    if (press.kind === 'page-up') setBack((before) => Math.min(backLimit, before + room - 1));
    if (press.kind === 'page-down') setBack((before) => Math.max(0, before - room + 1));
    if (end !== undefined) {
      if (press.kind === 'return' || press.kind === 'escape') leave();
      return;
    }
    if (press.kind === 'ctrl' && press.letter === 'd' && question !== undefined) stop();
    if (press.kind === 'escape' && !isAborting) setLeaving((before) => !before);
  });
  const above = pageLines(conversation, width, room, Math.min(back, backLimit));
  return (
    <Frame
      size={size}
      title={conversation.heading === '' ? 'Deployment' : `Deployment: ${conversation.heading}`}
      aside={back > 0 ? 'scrolled back' : host.hostname}
      keys={keysFor(end !== undefined, isAborting, isLeaving, isAsking)}
    >
      <Lines lines={above} />
      <Text> </Text>
      {isLeaving ? (
        <>
          <Text bold>Abort the deployment? What it did on this host is undone.</Text>
          <Choice
            items={['No: go on', 'Yes: abort']}
            initial={0}
            rows={2}
            width={width}
            look="radio"
            onSubmit={(index) => (index === 1 ? stop() : setLeaving(false))}
          />
        </>
      ) : end !== undefined ? (
        <Lines lines={endLines(end, width)} />
      ) : question === undefined ? (
        <Text>
          {conversation.progress === undefined
            ? cut(`${isAborting ? 'Undoing' : 'Working'} ... ${seconds} s`, width)
            : progressLine(conversation.progress, width)}
        </Text>
      ) : (
        <QuestionForm
          key={conversation.entries.length}
          conversation={conversation}
          width={width}
          rows={rows}
          onAnswer={(text) => {
            setBack(0);
            form.answer(text);
          }}
        />
      )}
    </Frame>
  );
}

function endLines(end: End, width: number): readonly { text: string; tone: 'strong' | 'error' }[] {
  if (end.kind === 'not-begun') {
    return wrap(end.why, width).map((text) => ({ text, tone: 'error' }));
  }
  const text =
    end.exitCode === 0
      ? 'The deployment has succeeded.'
      : `The deployment has failed (exit code ${end.exitCode}). PgUp shows all of it.`;
  return wrap(text, width).map((line) => ({
    text: line,
    tone: end.exitCode === 0 ? 'strong' : 'error',
  }));
}

function keysFor(
  isOver: boolean,
  isAborting: boolean,
  isLeaving: boolean,
  isAsking: boolean,
): string {
  if (isOver) return 'Enter back   PgUp/PgDn scroll';
  if (isAborting) return 'Please wait: what was done is being undone   PgUp/PgDn scroll';
  if (isLeaving) return 'Up/Down choose   Enter answer   Esc go on';
  return isAsking ? 'Enter answer   PgUp/PgDn scroll   Esc abort' : 'PgUp/PgDn scroll   Esc abort';
}

/** Seconds since `isRunning` became true: a sign of life while nothing else changes. */
function useSeconds(isRunning: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(0);
    if (!isRunning) return undefined;
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return seconds;
}
