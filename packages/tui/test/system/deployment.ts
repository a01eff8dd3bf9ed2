import type { Tmux } from './tmux.js';

/** What a person types for a first host of the made-up world; whatever else is asked gets its default. */
const ANSWERS: readonly (readonly [asked: RegExp, text: string])[] = [
  [/host:\/path/, 'nas.lab.test:/exports/he'],
  [/pingable gateway/, '10.88.1.1'],
  [/device to boot the VM/, 'd'],
  [/Enter 'admin@internal'/, 'secret1'],
  [/Confirm 'admin@internal'/, 'secret1'],
  [/FQDN for the\s+engine/, 'engine.lab.test'],
  [/confirm installation settings/, 'y'],
];

const QUESTIONS_MAX = 60;
const QUESTION = /^(> .*_|\(\*\) .*|\( \) .*)\s*$/m;

/**
 * Answers one question after another until `stop` is on the screen, and resolves with that screen. What was
 * typed for a question that is asked again is taken away first.
 */
export async function answerUntil(tmux: Tmux, stop: RegExp): Promise<string> {
  for (let count = 0; count < QUESTIONS_MAX; count += 1) {
    const screen = await tmux.until(new RegExp(`${stop.source}|${QUESTION.source}`, 'm'));
    if (stop.test(screen)) return screen;
    const [, text = ''] = ANSWERS.find(([asked]) => asked.test(questionOf(screen))) ?? [];
    if (text !== '') {
      tmux.keys('C-u');
      tmux.type(text);
      await tmux.change(screen);
    }
    const filled = await tmux.calm();
    tmux.keys('Enter');
    await tmux.change(filled);
  }
  throw new Error(`more than ${QUESTIONS_MAX} questions, and no ${stop}`);
}

/** The last lines above the field. */
function questionOf(screen: string): string {
  const above = screen.slice(0, screen.search(QUESTION)).trimEnd();
  return above.slice(above.lastIndexOf('\n\n') + 1);
}
