import type { Question } from '@hosted-engine/setup';
import { Text } from 'ink';
import type { ReactNode } from 'react';
import type { Conversation } from '../deploy/conversation.js';
import { Choice } from '../field/choice.js';
import { TextField } from '../field/text-field.js';
import { wrap } from '../text/fit.js';

/** So much of a screen may be choices: what was said before is to be read still. */
const CHOICES_SHARE = 0.5;

/** Rows that the question takes. */
export function questionHeight(question: Question, width: number, rows: number): number {
  return promptLines(question, width, rows).length + fieldRows(question, rows);
}

function promptLines(question: Question, width: number, rows: number): readonly string[] {
  return wrap(question.prompt, width).slice(0, Math.max(1, rows - fieldRows(question, rows) - 2));
}

function fieldRows({ choices }: Question, rows: number): number {
  if (choices === undefined || choices.length === 0) return 1;
  return Math.min(choices.length, Math.max(2, Math.floor(rows * CHOICES_SHARE)));
}

interface QuestionFormProps {
  readonly conversation: Conversation;
  readonly width: number;
  readonly rows: number;
  onAnswer(text: string): void;
}

/** The question that stands, as a radio group or a field. */
export function QuestionForm({
  conversation,
  width,
  rows,
  onAnswer,
}: QuestionFormProps): ReactNode {
  const { question, first } = conversation;
  if (question === undefined) return undefined;
  const { choices = [] } = question;
  return (
    <>
      {promptLines(question, width, rows).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen.
        <Text key={index} bold>
          {line === '' ? ' ' : line}
        </Text>
      ))}
      {choices.length === 0 ? (
        <TextField
          width={width}
          isSecret={question.isSecret}
          initial={first}
          // A password may begin or end with a blank.
          onSubmit={(text) => onAnswer(question.isSecret ? text : text.trim())}
        />
      ) : (
        <Choice
          items={choices}
          initial={firstIndex(question, choices, first)}
          rows={fieldRows(question, rows)}
          width={width}
          look="radio"
          onSubmit={(index) => onAnswer(choices[index] ?? '')}
        />
      )}
    </>
  );
}

function firstIndex({ fallback }: Question, choices: readonly string[], first: string): number {
  const wanted = (first === '' ? fallback : first)?.toLowerCase();
  return Math.max(
    0,
    choices.findIndex((choice) => choice.toLowerCase() === wanted),
  );
}
