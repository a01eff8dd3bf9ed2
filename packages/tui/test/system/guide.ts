// The screens of the guide, as a person comes to them, and where they stand in it.

import { fileURLToPath } from 'node:url';
import { answerUntil } from './deployment.js';
import { Tmux } from './tmux.js';

const PROGRAM = fileURLToPath(new URL('../fake/main.js', import.meta.url));
export const GUIDE = fileURLToPath(new URL('../../../../../docs/guide/tui.md', import.meta.url));
const BLOCK = /^```\n(.*?)\n```$/gms;

/** The screens in the text, in order, without blanks at the ends of lines. */
export function screensOf(markdown: string): string[] {
  return [...markdown.matchAll(BLOCK)].map(([, screen = '']) => screen);
}

/** The text with other screens in the same places. */
export function withScreens(markdown: string, screens: readonly string[]): string {
  let at = 0;
  return markdown.replaceAll(BLOCK, (block) => {
    const screen = screens[at];
    at += 1;
    return screen === undefined ? block : `\`\`\`\n${screen}\n\`\`\``;
  });
}

/** Goes through the text UI, and takes down each screen of the guide. */
export async function takeScreens(): Promise<string[]> {
  return [
    ...(await inTerminal('deployed', takeCluster)),
    ...(await inTerminal('not-deployed', takeDeployment)),
  ];
}

async function inTerminal(
  kind: string,
  take: (tmux: Tmux, shoot: () => Promise<void>) => Promise<void>,
): Promise<string[]> {
  const tmux = new Tmux([process.execPath, PROGRAM, kind], { env: { TZ: 'UTC' } });
  const screens: string[] = [];
  try {
    await take(tmux, async () => {
      screens.push((await tmux.calm()).replaceAll(/ +$/gm, '').trimEnd());
    });
    return screens;
  } finally {
    tmux.close();
  }
}

async function takeCluster(tmux: Tmux, shoot: () => Promise<void>): Promise<void> {
  await tmux.until(/> Status of the hosts/);
  await tmux.until(/Hosts +: 2 of 3/);
  await shoot();
  tmux.keys('Enter');
  await tmux.until(/host3\.lab\.test/);
  await shoot();
  tmux.keys('Enter');
  await tmux.until(/Host host1\.lab\.test/);
  await shoot();
  tmux.keys('Escape');
  await tmux.until(/> {2}1 {2}host1/);
  tmux.keys('Escape');
  await tmux.until(/> Status of the hosts/);
  tmux.keys('m', 'Enter');
  await tmux.until(/\(\*\) none/);
  await shoot();
  tmux.keys('Escape');
  await tmux.until(/> Maintenance/);
  tmux.keys('c', 'Enter');
  await tmux.until(/Enter the password:/);
  tmux.type('secret');
  await tmux.until(/> \*{6}_/);
  await shoot();
}

async function takeDeployment(tmux: Tmux, shoot: () => Promise<void>): Promise<void> {
  await tmux.until(/not configured on this host/);
  tmux.keys('d', 'Enter');
  await tmux.until(/> Ask everything/);
  await shoot();
  tmux.keys('t', 'Enter');
  await tmux.until(/Path of the answer file:/);
  tmux.type('/root/answers.conf');
  tmux.keys('Enter');
  await answerUntil(tmux, /connection path to use/);
  await shoot();
  await answerUntil(tmux, /pingable gateway/);
  tmux.type('10.88.1.999');
  tmux.keys('Enter');
  await tmux.until(/X Error/);
  await shoot();
  await answerUntil(tmux, /CPU type to be used/);
  await shoot();
  await answerUntil(tmux, /Please confirm installation settings/);
  await shoot();
  tmux.keys('Escape');
  await tmux.until(/Abort the deployment\?/);
  await shoot();
  tmux.keys('Escape');
  // What is typed while the question whether to abort is still shown would be taken for its answer.
  await tmux.until(/Please confirm installation settings/);
  await answerUntil(tmux, /The deployment has (succeeded|failed)/);
  await shoot();
}
