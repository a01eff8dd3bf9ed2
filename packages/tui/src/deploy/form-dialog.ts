import { HeError, type Log } from '@hosted-engine/ports';
import { answerKey, type Dialog, isAnswerName, type Question } from '@hosted-engine/setup';
import { type Conversation, hear, NO_CONVERSATION, type Told } from './conversation.js';
import {
  type Beginning,
  beginningBefore,
  FROM_THE_START,
  from,
  isTo,
  type TypedAnswer,
  until,
} from './typed-answers.js';

/** Set-up's dialog as forms: what is said is kept for a screen, which answers the question that stands. */
export interface FormDialog {
  /** For a run of set-up; its log gets everything that is said, but no answers. */
  dialogFor(log: Log): Dialog;
  /** As it stands; another object after each change. */
  current(): Conversation;
  /** Calls `listener` after each change, until the function that it returns is called. */
  onChange(listener: () => void): () => void;
  /** Answers the question that stands; without one it does nothing. */
  answer(text: string): void;
  /** The question that stands rejects with HE_ABORTED, as the end of input does on a terminal. */
  giveUp(): void;
  /** How to begin anew so that the question before is asked. Undefined: there is none, or it is too late. */
  beginningBefore(): Beginning | undefined;
}

export function createFormDialog(beginning: Beginning = FROM_THE_START): FormDialog {
  let given: readonly TypedAnswer[] = [];
  let ahead = beginning.answers;
  const { proposed } = beginning;
  const listeners = new Set<() => void>();
  let conversation = NO_CONVERSATION;
  let pending: { resolve(text: string): void; reject(reason: Error): void } | undefined;
  const tell = (told: Told): void => {
    conversation = hear(conversation, told);
    for (const listener of listeners) listener();
  };
  const take = (): typeof pending => {
    const taken = pending;
    pending = undefined;
    return taken;
  };
  const answered = (question: Question, text: string): void => {
    given = [...given, { question, text }];
    tell({ kind: 'answered', label: labelOf(question), text });
  };
  return {
    current: () => conversation,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    answer: (text) => {
      const { question } = conversation;
      const taken = take();
      if (question === undefined || taken === undefined) return;
      answered(question, text);
      taken.resolve(text);
    },
    beginningBefore: () => {
      const { question, isChanging } = conversation;
      return question === undefined || isChanging ? undefined : beginningBefore(given);
    },
    giveUp: () => {
      const taken = take();
      tell({ kind: 'given-up' });
      taken?.reject(new HeError('HE_ABORTED', 'End of file'));
    },
    dialogFor: (log) => ({
      interactive: true,
      info: (text) => {
        tell({ kind: 'message', level: 'info', text });
        log.info(text);
      },
      warning: (text) => {
        tell({ kind: 'message', level: 'warning', text });
        log.warn(text);
      },
      error: (text) => {
        tell({ kind: 'message', level: 'error', text });
        log.error(text);
      },
      note: (text) => {
        tell({ kind: 'note', text });
        log.info(`note: ${text}`);
      },
      title: (text) => {
        tell({ kind: 'title', text });
        log.info(`note: --== ${text} ==--`);
      },
      progress: (what, done, total) => {
        tell({ kind: 'progress', progress: { what, done, total } });
        if (done === total) log.info(`${what}: done`);
      },
      ask: (question) => {
        log.debug('asking', { key: question.key });
        given = until(given, question);
        const [known, ...rest] = from(ahead, question);
        ahead = rest;
        if (known !== undefined) {
          tell({ kind: 'asked', question });
          answered(question, known.text);
          return Promise.resolve(known.text);
        }
        const typed =
          proposed !== undefined && isTo(proposed, question) ? proposed.text : undefined;
        return new Promise((resolve, reject) => {
          pending = { resolve, reject };
          tell({ kind: 'asked', question, typed });
        });
      },
    }),
  };
}

/** What the answer is, in a few words. */
function labelOf({ key, prompt }: Question): string {
  if (!isAnswerName(key)) return prompt.replace(/\s*[([:].*$/s, '');
  const { meaning } = answerKey(key);
  return `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}`;
}
