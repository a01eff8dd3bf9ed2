// Sessions on a pseudo-terminal, as a person has them: the first host by network boot, word by word as in the
// specification, then the second and the third; and another first host from an OVA.

import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  applianceImage,
  Cluster,
  ENGINE_FQDN,
  fillBootFolder,
  HOST_CHECKOUT,
  type Lab,
  type LabHost,
  labObstacle,
  makeInstallationCd,
  makeLab,
  run,
  TerminalSession,
  until,
  when,
} from '../src/index.js';
import { checkoutRoot } from '../src/paths.js';
import { withEvidence } from './evidence.js';
import { assertAdditionalTranscript, assertFirstTranscript } from './transcripts.js';

const COMMAND = `${HOST_CHECKOUT}/bin/hosted-engine`;
/** What no dialog asks: facts of a lab, not of a deployment. */
const LAB_ANSWERS = `[environment:default]
OVEHOSTED_VDSM/allowEmulation=bool:True
OVEHOSTED_VDSM/sanlockIoTimeout=int:1
`;
const WIDE = 1000;
const STORAGE = 'nas.lab.test:/exports/he';
/** Where a host has its installation media. */
const MEDIA = '/srv/media';
/** The first boot of a system that was just installed, under TCG. */
const INSTALLED_S = 120;
const SCREENLESS = 'SSH_CLIENT=10.88.1.1 50000 22';

type Answers = readonly (readonly [RegExp, string | (() => void | Promise<void>)])[];

/** What a person at any of the hosts types. */
function commonAnswers(password: string): Answers {
  return [
    [/Are you sure you want to continue\? \(Yes, No\)\[Yes\]: $/, 'yes'],
    [/Do you want to continue anyway\? \(Yes, No\)\[No\]: $/, 'yes'],
    [/connection path to use \(example: host:\/path\): $/, STORAGE],
    [/additional host setup \(Yes, No\)\[Yes\]\? $/, 'yes'],
    [/Administrator Portal: $/, password],
    [/Confirm 'admin@internal' user password: $/, password],
    [/default: \d+\]: $/, ''],
    [/do you wish setup to configure it\? \(Yes, No\)\[Yes\]: $/, 'no'],
    [/CPU type to be used by the VM \[\S+\]: $/, ''],
    [
      /(?:domain name|datacenter name|Administrator Portal|virtual CPUs for the VM|VM in GB|VM in MB|SMTP server|send notifications|will be sent|get notifications) \[[^\]]+\]: $/,
      '',
    ],
    [/connect to the VM \(vnc, spice\) \[vnc\]: $/, ''],
    [/confirm installation settings \(Yes, No\)\[No\]: $/, 'yes'],
  ];
}

function firstHostAnswers(lab: Lab, password: string): Answers {
  return [
    [/pingable gateway IP address(?: \[\S+\])?: $/, lab.network.gateway],
    [/engine installation within the VM: $/, ENGINE_FQDN],
    ...commonAnswers(password),
  ];
}

/** The first host with a VM that somebody installs: system, engine, and the shutdown for the hand-over. */
async function installByHand(
  session: TerminalSession,
  media: Answers,
  lab: Lab,
  password: string,
  onInstalled: () => Promise<void> = async () => undefined,
): Promise<void> {
  const cluster = new Cluster(lab, password);
  let endsSeen = 0;
  const endsTold = (): number => session.text.split('The VM is down (').length - 1;
  const installed = async (): Promise<void> => {
    await until(
      async () => {
        if (endsTold() > endsSeen) return { done: true, value: undefined };
        return when(await cluster.engineHealthy(), 'no engine, and no word of the end of the VM');
      },
      INSTALLED_S,
      'an engine that was installed by hand',
    );
    if (endsTold() === endsSeen) await onInstalled();
    endsSeen = endsTold();
  };
  await session.converse(
    [
      ...media,
      [/boot media\. \(Yes, No\)\[Yes\]: $/, 'yes'],
      [
        /install the engine in the VM, hit enter when finished\.\s*$/,
        async () => {
          await withEvidence(lab.host(1), installed());
          session.type('');
        },
      ],
      [/wait until the VM is down\.\r?\n/, () => powerButton(lab.host(1))],
      ...firstHostAnswers(lab, password),
    ],
    END,
    240,
  );
  assert.equal(await session.end(10), 0);
}

async function dialog(
  host: LabHost,
  environment: readonly string[] = [],
): Promise<TerminalSession> {
  await host.execOrThrow(['sh', '-c', 'cat >/root/lab.conf'], { input: LAB_ANSWERS });
  const words = ['env', ...environment, COMMAND, '--deploy', '--config-append=/root/lab.conf'];
  return TerminalSession.open(host, words, { columns: WIDE, onOutput: trace });
}

/** Ends a guest as somebody at its console would. */
async function powerButton(host: LabHost): Promise<void> {
  await host.execOrThrow(['virsh', '--connect=qemu:///system', 'shutdown', 'HostedEngine']);
}

/** LAB_TRACE names a file that gets the sessions as they come. */
function trace(text: string): void {
  const path = process.env['LAB_TRACE'];
  if (path !== undefined) appendFileSync(path, text);
}

const BOOT_FROM = /boot the VM from \(cdrom, disk, pxe\) \[cdrom\]: $/;
const END = /\[ INFO {2}\] Stage: Termination\r?\n/;
const obstacle = labObstacle();

describe('a cluster by dialogs', { skip: obstacle ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-dialog-'));
  let lab: Lab | undefined;
  let password = '';
  /** Later tests mean nothing without the first host. */
  let isFirstUp = false;

  after(async () => {
    await lab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the first host boots the VM from the network, and says what the specification says', async () => {
    const image = await applianceImage();
    lab = await makeLab({ name: 'dialog', dir: join(folder, 'lab'), hosts: 3, bootServer: true });
    lab.makeStorage('he');
    ({ password } = await fillBootFolder(lab, image));
    const session = await dialog(lab.host(1), [SCREENLESS]);
    await installByHand(session, [[BOOT_FROM, 'pxe']], lab, password);
    assertFirstTranscript(session.lines);
    assert.ok(!session.text.includes(password), 'the password was shown');
    isFirstUp = true;
  });

  for (const id of [2, 3]) {
    test(`host ${id} joins`, async () => {
      assert.ok(lab !== undefined && isFirstUp, 'there is no first host');
      const session = await dialog(lab.host(id));
      await session.converse(commonAnswers(password), END, 120);
      assert.equal(await session.end(10), 0);
      assertAdditionalTranscript(session.lines, id);
    });
  }

  test('the engine runs under HA, and knows its hosts', async () => {
    assert.ok(lab !== undefined && isFirstUp, 'there is no first host');
    const cluster = new Cluster(lab, password);
    await cluster.untilSettled(120);
    const get = async (path: string): Promise<unknown> => {
      const headers = { Accept: 'application/json' };
      return JSON.parse((await cluster.api({ path: `/ovirt-engine/api/${path}`, headers })).body);
    };
    const { host = [] } = (await get('hosts')) as { host?: { name: string; status: string }[] };
    assert.deepEqual(host.map(({ name, status }) => `${name} ${status}`).sort(), [
      'hosted_engine_1 up',
      'hosted_engine_2 up',
      'hosted_engine_3 up',
    ]);
    const clusters = (await get('clusters')) as { cluster: { cpu: { type?: string } }[] };
    assert.match(clusters.cluster[0]?.cpu.type ?? 'none', /^(Intel|AMD) /);
    const { event } = (await get('events')) as { event: { description: string }[] };
    for (const name of ['hosted_engine_1', 'hosted_engine_2', 'hosted_engine_3']) {
      assert.ok(event.some(({ description }) => description.startsWith(`Host ${name} is set up`)));
    }
  });
});

describe('a first host from an OVA', { skip: obstacle ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-ova-'));
  let lab: Lab | undefined;

  after(async () => {
    await lab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is deployed from the default appliance, in 80 columns', async () => {
    const images = join(folder, 'images');
    const ova = join(images, 'hosted-engine-appliance.ova');
    const main = join(checkoutRoot(), 'packages/appliance/dist/src/main.js');
    const made = await run(process.execPath, [main, '--ova', ova], { timeoutMs: 300_000 });
    assert.equal(made.code, 0, made.stderr);
    lab = await makeLab({
      name: 'ova',
      dir: join(folder, 'lab'),
      hosts: 1,
      bootServer: true,
      binds: [{ from: images, to: '/usr/share/ovirt-engine-appliance' }],
    });
    lab.makeStorage('he');
    const host = lab.host(1);
    await host.execOrThrow(['sh', '-c', 'cat >/root/lab.conf'], { input: LAB_ANSWERS });
    const words = [COMMAND, '--deploy', '--config-append=/root/lab.conf'];
    const session = await TerminalSession.open(host, words, { onOutput: trace });
    const answers: Answers = [
      [BOOT_FROM, 'disk'],
      [/OVF archive you would like to use \[\S+\]: $/, ''],
      [/will wait until the VM is down\.\r?\n/, () => powerButton(host)],
      ...firstHostAnswers(lab, 'Secret-1'),
    ];
    // Lines are broken somewhere, and indented.
    const wrapped = answers.map(
      ([question, answer]) =>
        [new RegExp(question.source.replaceAll(' ', String.raw`\s+`)), answer] as const,
    );
    await session.converse(wrapped, END, 200);
    assert.equal(await session.end(10), 0);
    const text = session.lines.join('\n');
    assert.match(text, /The appliance is whole: HostedEngine, 2 CPUs, 4096 MB of memory/);
    assert.match(text, /Copying the disk of the engine VM: 100%/);
    assert.match(text, /Hosted Engine successfully set up/);
    // A path is one word, and no word is broken.
    const isSentence = (line: string): boolean => line.trim().includes(' ');
    const wide = session.lines.filter((line) => line.length > 80 && isSentence(line));
    assert.deepEqual(wide, []);
    await new Cluster(lab, 'Secret-1').untilHealthy(60);
  });
});

describe('a first host from a CD', { skip: obstacle ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-cd-'));
  let lab: Lab | undefined;

  after(async () => {
    await lab?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is installed from it, and boots from its own disk from then on', async () => {
    const media = join(folder, 'media');
    mkdirSync(media);
    const image = await applianceImage();
    lab = await makeLab({
      name: 'cd',
      dir: join(folder, 'lab'),
      hosts: 1,
      bootServer: true,
      binds: [{ from: media, to: MEDIA }],
    });
    lab.makeStorage('he');
    const { password, commandLine } = await fillBootFolder(lab, image);
    await makeInstallationCd(lab, commandLine, join(media, 'install.iso'));
    const session = await dialog(lab.host(1));
    const answers: Answers = [
      [BOOT_FROM, ''],
      [/path to the installation media you would like to use: $/, `${MEDIA}/install.iso`],
    ];
    const host = lab.host(1);
    let isKilled = false;
    await installByHand(session, answers, lab, password, async () => {
      if (isKilled) return;
      isKilled = true;
      await host.killVm();
      // What is told stands above the question, which is drawn anew.
      await session.expect(
        /The VM is down \([^)]+\)[^\n]*\n[^\n]*hit enter when finished\.\s*$/,
        20,
      );
    });
    const text = session.lines.join('\n');
    assert.match(text, /Boot type {26}: cdrom/);
    assert.match(text, /The VM is down; it is started again/);
    const cluster = new Cluster(lab, password);
    await cluster.untilHealthy(60);
    const conf = await host.execOrThrow(['cat', '/run/ovirt-hosted-engine-ha/vm.conf']);
    assert.match(conf, /device:cdrom/);
    assert.doesNotMatch(conf, /install\.iso/);
  });
});
