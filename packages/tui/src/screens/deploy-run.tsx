import { Text } from 'ink';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createFormDialog } from '../deploy/form-dialog.js';
import { backMax, pageLines, progressLine } from '../deploy/page-lines.js';
import type { Beginning } from '../deploy/typed-answers.js';
import { usePresses } from '../field/use-presses.js';
import { cut, wrap } from '../text/fit.js';
import type { TuiHost } from '../tui-host.js';
import { Frame, innerRows, Lines, type Size } from './frame.js';
import { LeaveForm, leaveHeight } from './leave-form.js';
import { errorText } from './maintenance.js';
import { QuestionForm, questionHeight } from './question-form.js';

interface DeployRunProps {
  readonly host: TuiHost;
  readonly size: Size;
  readonly configFiles: readonly string[];
  readonly beginning: Beginning;
  readonly signal: AbortSignal;
  onRunning(abort: (() => void) | undefined): void;
  /** Once this run has ended: begins another one. */
  goBack(beginning: Beginning): void;
  leave(): void;
}

type End =
  | { readonly kind: 'done'; readonly exitCode: number }
  | { readonly kind: 'not-begun'; readonly why: string };

/** One run of the set-up, from its first question to its last line. */
export function DeployRun(props: DeployRunProps): ReactNode {
  const { host, size, configFiles, signal, onRunning, leave } = props;
  const [form] = useState(() => createFormDialog(props.beginning));
  const next = useRef<Beginning>(undefined);
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
        (exitCode) => {
          if (next.current === undefined) setEnd({ kind: 'done', exitCode });
          else props.goBack(next.current);
        },
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
  const before = form.beginningBefore();
  const bottom = isLeaving
    ? leaveHeight(before !== undefined) + 1
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
      keys={keysFor(end !== undefined, isAborting, isLeaving, isAsking, before !== undefined)}
    >
      <Lines lines={above} />
      <Text> </Text>
      {isLeaving ? (
        <LeaveForm
          width={width}
          goOn={() => setLeaving(false)}
          goBack={
            before === undefined
              ? undefined
              : () => {
                  next.current = before;
                  stop();
                }
          }
          abort={stop}
        />
      ) : end !== undefined ? (
        <Lines lines={endLines(end, width)} />
      ) : question === undefined ? (
        <Text>
          {conversation.progress === undefined
            ? cut(
                `${isAborting ? (next.current === undefined ? 'Undoing' : 'Going back') : 'Working'} ... ${seconds} s`,
                width,
              )
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
  canGoBack: boolean,
): string {
  if (isOver) return 'Enter back   PgUp/PgDn scroll';
  if (isAborting) return 'Please wait: what was done is being undone   PgUp/PgDn scroll';
  if (isLeaving) return 'Up/Down choose   Enter answer   Esc go on';
  const leaving = canGoBack ? 'Esc back or abort' : 'Esc abort';
  return `${isAsking ? 'Enter answer   ' : ''}PgUp/PgDn scroll   ${leaving}`;
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
