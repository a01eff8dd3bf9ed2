import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { loadAll } from '@hosted-engine/cli';
import { ANSWER_NAMES } from '@hosted-engine/setup';
import { bashCompletion } from '../../src/docs/completion.js';

const folder = mkdtempSync(join(tmpdir(), 'completion-'));
after(() => rmSync(folder, { recursive: true }));
const script = join(folder, 'hosted-engine.bash');
const commands = await loadAll();
writeFileSync(script, bashCompletion(commands, ANSWER_NAMES));
writeFileSync(join(folder, 'answers one.conf'), '');

/** What bash would offer at the end of `line`. */
function offered(line: string, wordBreaks = ' \t\n"\'><=;|&(:'): string[] {
  const program = `. "$1"; COMP_LINE=$2; COMP_POINT=\${#COMP_LINE}; COMP_WORDBREAKS=$3
    __hosted_engine; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', program, 'bash', script, line, wordBreaks], {
    encoding: 'utf8',
    cwd: folder,
  });
  return out.split('\n').filter((word) => word !== '');
}

const isMissing = existsSync('/bin/bash') ? false : 'bash is not installed';

describe('completion in bash', { skip: isMissing }, () => {
  test('every command is offered, and the ones that fit what is typed', () => {
    assert.deepEqual(offered('hosted-engine '), [
      '--help',
      ...commands.map(({ name }) => `--${name}`),
    ]);
    assert.deepEqual(offered('/usr/sbin/hosted-engine --set'), ['--set-maintenance']);
    assert.deepEqual(offered('hosted-engine --nothing'), []);
  });

  test('the options of a command are its own', () => {
    for (const { name, options } of commands) {
      const words = offered(`hosted-engine --${name} --`);
      const expected = options.map((option) => {
        return option.value === undefined ? `--${option.name}` : `--${option.name}=`;
      });
      assert.deepEqual(words, ['--help', '--debug', ...expected], name);
    }
  });

  test('the values of an option, behind "=" or a blank, also of the command itself', () => {
    assert.deepEqual(offered('hosted-engine --set-maintenance --mode=g'), ['global']);
    assert.deepEqual(offered('hosted-engine --set-maintenance --mode '), [
      'global',
      'local',
      'none',
    ]);
    assert.deepEqual(offered('hosted-engine --set-maintenance=l'), ['local']);
    assert.deepEqual(offered('hosted-engine --set-maintenance n'), ['none']);
  });

  test('names of files, with their blanks', () => {
    assert.deepEqual(offered('hosted-engine --deploy --config-append=ans'), ['answers one.conf']);
    assert.deepEqual(offered('ovirt-hosted-engine-setup --config-append ans'), [
      'answers one.conf',
    ]);
  });

  test('the set-up under its own name needs no --deploy', () => {
    const own = offered('ovirt-hosted-engine-setup --');
    assert.deepEqual(own, offered('hosted-engine --deploy --'));
  });

  test('where bash does not split at "=", the option stays', () => {
    const line = 'hosted-engine --set-maintenance --mode=g';
    assert.deepEqual(offered(line, ' \t\n'), ['--mode=global']);
  });
});
