import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  ADDITIONAL_HOST,
  FIRST_HOST,
  missingLines,
  type Place,
} from '@hosted-engine/setup/test/specification';
import { Pty } from './pty/pty.js';

const PROGRAM = fileURLToPath(new URL('./pty/fake-deploy.js', import.meta.url));
const MEANWHILE = fileURLToPath(new URL('./pty/told-meanwhile.js', import.meta.url));
const BRIDGE = 'OVEHOSTED_NETWORK/bridgeName=rhevm';
const PASSWORD = 'secret1';
/** What loops without end is to end soon. */
const SMALL = ['--max-old-space-size=256'];
/** The specification's lines are not wrapped. */
const WIDE = 250;

let logs = '';

before(async () => {
  logs = await mkdtemp(join(tmpdir(), 'deploy-pty-'));
});
after(async () => {
  await rm(logs, { recursive: true });
});

/** The world of these tests. Its firewall manager is the one of this day. */
const PLACE: Place = {
  instead: [
    ['iptables', 'nftables'],
    [
      '/var/log/ovirt-hosted-engine-setup/ovirt-hosted-engine-setup-20131121151103.log',
      String.raw`/\S+\.log`,
    ],
    [
      '/var/log/ovirt-hosted-engine-setup/ovirt-hosted-engine-setup-20131121170637.log',
      String.raw`/\S+\.log`,
    ],
    ['otopi-1.1.1 (otopi-1.1.1-1.el6ev)', String.raw`\S+`],
    ['1015iuUQ', '[0-9A-Za-z]{8}'],
    ['qemu+tls://10.1.1.10/', String.raw`qemu\+tls://\S+/`],
  ],
  without: [/model_Nehalem/],
};

function open(role: 'first' | 'additional', columns = WIDE, ...answers: string[]): Pty {
  return new Pty([process.execPath, ...SMALL, PROGRAM, role, logs, ...answers], { columns });
}

/** What a person types, by a part of the prompt; elsewhere ENTER alone. */
type Answers = readonly (readonly [string, string])[];

const ANSWERS: Answers = [
  ['want to continue?', 'yes'],
  ['continue anyway?', 'yes'],
  ['(example: host:/path)', 'myhost.home:/export'],
  ['additional host setup', 'yes'],
  ['FQDN or IP of the first host', '10.1.1.10'],
  ["Enter 'root' user password", 'toor'],
  ['gateway IP address', '10.1.1.1'],
  ['device to boot the VM from', 'pxe'],
  ["'admin@internal' user password", PASSWORD],
  ['installation within the VM', 'hosted-engine.home'],
  ['confirm installation settings', 'yes'],
  ['previously selected boot media', 'yes'],
];

/** Answers every question, or all up to one. Resolves with what was typed. */
async function converse(pty: Pty, answers: Answers, stopAt?: string): Promise<string[]> {
  const typed: string[] = [];
  for (;;) {
    const prompt = await pty.prompt();
    if (prompt === undefined) {
      assert.equal(stopAt, undefined, `never asked for ${stopAt}:\n${pty.text()}`);
      return typed;
    }
    if (stopAt !== undefined && prompt.includes(stopAt)) return typed;
    const answer = answers.find(([part]) => prompt.includes(part))?.[1] ?? '';
    typed.push(answer);
    pty.type(`${answer}\r`);
  }
}

function allLogs(): Promise<string> {
  return textsOf(logs);
}

async function textsOf(directory: string): Promise<string> {
  const names = await readdir(directory);
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.join('\n');
}

describe('on a pseudo-terminal', () => {
  test('a first host is deployed by the dialog of the specification', async () => {
    const pty = open('first', WIDE, BRIDGE);
    await converse(pty, ANSWERS);
    assert.equal(await pty.ended(), 0, pty.text());
    assert.deepEqual(missingLines(pty.text(), FIRST_HOST, PLACE), [], pty.text());
    assert.doesNotMatch(pty.text(), /secret1/);
    const log = await allLogs();
    assert.match(log, /answer OVEHOSTED_NETWORK\/gateway: 10\.1\.1\.1/);
    assert.doesNotMatch(log, /secret1/);
  });

  test('an additional host is deployed by the dialog of the specification', async () => {
    const pty = open('additional', WIDE, BRIDGE);
    await converse(pty, ANSWERS);
    assert.equal(await pty.ended(), 0, pty.text());
    assert.deepEqual(missingLines(pty.text(), ADDITIONAL_HOST, PLACE), [], pty.text());
    assert.doesNotMatch(pty.text() + (await allLogs()), /secret1|toor/);
  });

  test('a paste of all answers does as well, and hides the passwords', async () => {
    const asked = open('first', WIDE, BRIDGE);
    const typed = await converse(asked, ANSWERS);
    const pasted = open('first', WIDE, BRIDGE);
    await pasted.prompt();
    pasted.type(typed.map((answer) => `${answer}\r`).join(''));
    assert.equal(await pasted.ended(), 0, pasted.text());
    assert.doesNotMatch(pasted.text(), /secret1/);
    assert.deepEqual(missingLines(pasted.text(), FIRST_HOST, PLACE), []);
  });

  test('in 80 columns no word is broken and no line is too long', async () => {
    const pty = open('first', 80, BRIDGE);
    await pty.prompt();
    pty.type('\u0004');
    assert.notEqual(await pty.ended(), 0);
    const lines = pty.text().split('\n');
    for (const line of lines.filter((one) => !/\/\S{60}/.test(one))) {
      assert.ok(line.length <= 80, line);
    }
    assert.deepEqual(
      lines.slice(1, 4).map((line) => line.trimEnd()),
      [
        '          Continuing will configure this host for serving as hypervisor',
        '          and create a VM where oVirt Engine will be installed afterwards.',
        '          Are you sure you want to continue? (Yes, No)[Yes]:',
      ],
    );
  });

  test('a wrong answer is said to be wrong, and asked for again', async () => {
    const pty = open('first', WIDE, BRIDGE);
    await converse(pty, ANSWERS, 'gateway IP address');
    pty.type('10.1.1.2\r');
    await pty.expect('[ ERROR ] 10.1.1.2 does not answer a ping');
    await converse(pty, ANSWERS);
    assert.equal(await pty.ended(), 0);
    assert.deepEqual(missingLines(pty.text(), FIRST_HOST, PLACE), []);
  });
});

describe('at a prompt', () => {
  const KEYS = { 'CTRL-D': '\u0004', 'CTRL-C': '\u0003' } as const;
  for (const [name, key] of Object.entries(KEYS)) {
    for (const where of ['gateway IP address', "Confirm 'admin@internal'"]) {
      test(`${name} at ${where} aborts, and leaves the host as it was`, async () => {
        const pty = open('first', WIDE, BRIDGE);
        await converse(pty, ANSWERS, where);
        pty.type(key);
        assert.notEqual(await pty.ended(), 0);
        assert.match(pty.text(), /^\[WARNING\] Aborted$/m);
        assert.match(pty.text(), /^\[ INFO {2}\] Stage: Termination$/m);
        assert.match(pty.text(), /^host: as before$/m);
      });
    }
  }

  test('a correction draws the prompt again, and not over it', async () => {
    const pty = open('first', WIDE, BRIDGE);
    await converse(pty, ANSWERS, '(example: host:/path)');
    pty.type('myhost.home:/wrong\u007f\u007f\u007f\u007f\u007fexport');
    await pty.expect('export');
    pty.type('\r');
    await pty.expect('[hosted_storage]');
    pty.type('\u0003');
    await pty.ended();
    const redrawn = pty.raw().split('\r').at(-1);
    assert.notEqual(redrawn, undefined);
    assert.match(pty.raw(), /\(example: host:\/path\): myhost\.home:\/wron\b/);
  });

  for (const [what, columns] of [
    ['one row', 80],
    ['several rows', 30],
  ] as const) {
    test(`what is told meanwhile stands above it, and ${what} of an answer stay`, async () => {
      const pty = new Pty([process.execPath, MEANWHILE, 'shown'], { columns });
      await pty.expect('image: ');
      pty.type('a path of five words');
      await pty.expect('changed');
      pty.type(' more\r');
      assert.equal(await pty.ended(), 0);
      const answer = 'a path of five words more';
      assert.ok(pty.text().endsWith(`answer: ${answer}\n`), pty.text());
      const [, after = ''] = pty.text().split('[WARNING] It has changed\n');
      assert.ok(after.replace(/^\n/, '').startsWith(`Path of the image: ${answer}`), pty.text());
    });
  }

  test('what is told during a password stands above it, and the password stays hidden', async () => {
    const pty = new Pty([process.execPath, MEANWHILE, 'hidden'], { columns: 80 });
    await pty.expect('image: ');
    pty.type('sec');
    await pty.expect('changed\nPath of the image: ');
    pty.type('ret\r');
    assert.equal(await pty.ended(), 0);
    assert.equal(pty.text().split('sec').length, 2, pty.text());
    assert.ok(pty.text().endsWith('answer: secret\n'));
  });

  test('TAB completes a choice', async () => {
    const pty = open('first', WIDE, BRIDGE);
    await pty.prompt();
    pty.type('n\t');
    await pty.expect('[Yes]: No');
    pty.type('\r');
    assert.notEqual(await pty.ended(), 0);
    assert.match(pty.text(), /^\[WARNING\] Aborted$/m);
  });

  test('a terminal that goes away ends the run like an abort, to its end', async () => {
    const own = await mkdtemp(join(tmpdir(), 'deploy-hup-'));
    const pty = new Pty([process.execPath, PROGRAM, 'first', own, BRIDGE], {
      columns: WIDE,
    });
    await converse(pty, ANSWERS, 'gateway IP address');
    pty.hangUp();
    await pty.ended();
    await until(async () => (await textsOf(own)).includes('Stage: Termination'));
    assert.match(await textsOf(own), /WARNING Aborted/);
    await rm(own, { recursive: true });
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await isSo())) {
    if (performance.now() > end) assert.fail('it did not come about within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
