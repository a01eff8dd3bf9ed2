// The image as a whole: built, booted under emulation from its seed, used, switched off by its power
// button, booted without the seed, and hit by a power cut.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCa } from '@hosted-engine/pki';
import { createProcessRunner } from '@hosted-engine/platform';
import { HeError } from '@hosted-engine/ports';
import { buildAppliance, copyImage } from '../../src/build-appliance.js';
import { type GuestVm, MAC, startGuest } from './guest-vm.js';

const CHECKOUT = fileURLToPath(new URL('../../../../../', import.meta.url));
const FQDN = 'engine.lab.test';
const PASSWORD = 'a "secret": #1';
/** The aim is 15 s on a machine with nothing else to do; the first boot makes certificates too. */
const BOOT_CPU_S_MAX = 15;
const FIRST_BOOT_CPU_S_MAX = 25;
/** However much else runs on the machine. */
const BOOT_WALL_S_MAX = 180;

const PROGRAMS = ['qemu-system-x86_64', 'xorriso', 'apt-get', 'dpkg-deb', '/sbin/mke2fs'];

function missing(): string | undefined {
  const program = PROGRAMS.find((name) => spawnSync(name, ['--version']).error !== undefined);
  return program === undefined ? undefined : `${program} is not on this machine`;
}

const cleanups: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

test('the appliance boots from its seed, keeps its data, and stops cleanly', async (context) => {
  const runner = createProcessRunner();
  const reason = missing();
  if (reason !== undefined) return context.skip(reason);
  const quiet = () => undefined;
  const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };
  const options = {
    cache: join(CHECKOUT, '.cache/appliance'),
    guest: join(CHECKOUT, 'packages/appliance/guest'),
    node: process.execPath,
  };
  let image: string;
  try {
    image = (await buildAppliance(runner, log, options)).file;
  } catch (error) {
    if (error instanceof HeError)
      return context.skip(`the image cannot be built: ${error.message}`);
    throw error;
  }
  assert.equal((await buildAppliance(runner, log, options)).isNew, false);

  const folder = await mkdtemp(join(tmpdir(), 'appliance-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const disk = join(folder, 'disk.raw');
  await copyImage(runner, image, disk);
  const ca = await createCa();
  const seed = await makeSeed(folder, ca);
  const start = async (extra: readonly string[], hasAgent = true): Promise<GuestVm> => {
    const vm = await startGuest(folder, disk, extra, hasAgent);
    cleanups.push(() => vm.kill());
    return vm;
  };

  let vm = await start(['-drive', `file=${seed},if=ide,media=cdrom,format=raw,readonly=on`]);
  const first = await boot(context, vm, 'first boot, with the seed');
  assert.ok(first <= FIRST_BOOT_CPU_S_MAX, `first boot took ${first} s of CPU`);
  const client = { ca: ca.certificatePem };
  assert.equal(await addHost(vm, client, 'host1'), 201);
  await checkInside(vm);
  await vm.pressPower(BOOT_WALL_S_MAX);
  assert.match(await vm.console(), /appliance: stopping/);

  vm = await start([]);
  const second = await boot(context, vm, 'second boot, without the seed');
  assert.ok(second <= BOOT_CPU_S_MAX, `second boot took ${second} s of CPU`);
  assert.deepEqual(await hostNames(vm, client), ['host1']);
  // Acknowledged a moment before the power cut, so it must be there after it.
  assert.equal(await addHost(vm, client, 'host2'), 201);
  await vm.kill();

  vm = await start([], false);
  await boot(context, vm, 'third boot, after a power cut');
  assert.deepEqual(await hostNames(vm, client), ['host1', 'host2']);
  // The agent's port may be there, and have its name, long after its driver.
  await vm.plugAgent();
  const off = await vm.run('(sleep 1; /sbin/shutdown -P +0) > /dev/null 2>&1 &');
  assert.equal(off.code, 0);
  await vm.pressPower(BOOT_WALL_S_MAX);
});

interface Diagnostics {
  diagnostic(message: string): void;
}

async function boot(context: Diagnostics, vm: GuestVm, name: string): Promise<number> {
  const { wallS, cpuS } = await vm.healthy(BOOT_WALL_S_MAX);
  context.diagnostic(`${name}: healthy after ${wallS.toFixed(1)} s, ${cpuS.toFixed(1)} s of CPU`);
  return cpuS;
}

/** What can be seen from within: the service's life, who runs it, and who may read what. */
async function checkInside(vm: GuestVm): Promise<void> {
  assert.match((await vm.run('service engine status')).output, /engine is running/);
  assert.equal((await vm.run('service engine stop')).code, 0);
  assert.equal((await vm.run('service engine status')).code, 3);
  // HAProxy asks the engine once a second.
  assert.match(await vm.unhealthy(10), /engine does not run in its VM/);
  assert.equal((await vm.run('service engine start')).code, 0);
  await vm.healthy(BOOT_WALL_S_MAX);
  // Killed, it comes back by itself.
  assert.equal((await vm.run('kill -9 $(cat /run/supervise/engine.pid); sleep 1')).code, 0);
  await vm.healthy(BOOT_WALL_S_MAX);
  const user = await vm.run('stat -c %U /proc/$(cat /run/supervise/engine.pid)');
  assert.equal(user.output.trim(), 'engine');
  const proxy = await vm.run('stat -c %U /proc/$(cat /run/supervise/haproxy.pid)');
  assert.equal(proxy.output.trim(), 'haproxy');
  await vm.run('kill -9 $(cat /run/supervise/haproxy.pid); sleep 1');
  await vm.healthy(BOOT_WALL_S_MAX);
  const readable = await vm.run(
    'find /data/e* /run /etc -xdev -type f -perm -004 | xargs grep -l -e "PRIVATE KEY" -e "scrypt" -e "secret"',
  );
  assert.equal(readable.output, '');
  // The log is for root alone.
  assert.equal((await vm.run('stat -c %a /data/log')).output.trim(), '700');
  assert.equal((await vm.run('ls /run/seed')).output, '');
  assert.equal((await vm.run('hostname')).output.trim(), FQDN);
  assert.equal((await vm.run('touch /etc/x')).code, 1);
}

async function makeSeed(
  folder: string,
  ca: { readonly certificatePem: string; readonly keyPem: string },
): Promise<string> {
  const block = (text: string): string => text.trimEnd().replace(/^/gm, '    ');
  const files = {
    'meta-data': `instance-id: test\nlocal-hostname: ${FQDN}\n`,
    'user-data': `#cloud-config\nhostname: engine\nfqdn: ${FQDN}\nhosted_engine:\n  admin_password: ${JSON.stringify(PASSWORD)}\n  ca_certificate: |\n${block(ca.certificatePem)}\n  ca_key: |\n${block(ca.keyPem)}\n`,
    'network-config': `version: 2\nethernets:\n  engine:\n    match:\n      macaddress: "${MAC}"\n    dhcp4: false\n    addresses:\n      - 10.0.2.15/24\n    gateway4: 10.0.2.2\n`,
  };
  const paths: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    paths.push(join(folder, name));
    await writeFile(join(folder, name), content);
  }
  const iso = join(folder, 'seed.iso');
  const options = ['-quiet', '-V', 'cidata', '-J', '-R', '-o', iso, ...paths];
  const made = spawnSync('xorriso', ['-as', 'mkisofs', ...options]);
  assert.equal(made.status, 0, made.stderr.toString());
  return iso;
}

interface Client {
  readonly ca: string;
}

async function addHost(vm: GuestVm, client: Client, name: string): Promise<number> {
  const body = JSON.stringify({ name, address: `${name}.lab.test` });
  return (await ask(vm, client, 'POST', body)).status;
}

async function hostNames(vm: GuestVm, client: Client): Promise<string[]> {
  const { body } = await ask(vm, client, 'GET', undefined);
  return (JSON.parse(body) as { host: { name: string }[] }).host.map((host) => host.name);
}

const HTTPS_S_MAX = 60;

/** HTTPS opens a moment after the health page; until then the connection is refused. */
async function ask(vm: GuestVm, client: Client, method: string, body: string | undefined) {
  const endMs = performance.now() + HTTPS_S_MAX * 1000;
  for (;;) {
    try {
      return await askOnce(vm, client, method, body);
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
  }
}

function askOnce(
  vm: GuestVm,
  client: Client,
  method: string,
  body: string | undefined,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: vm.httpsPort,
        path: '/ovirt-engine/api/hosts',
        method,
        ca: client.ca,
        servername: FQDN,
        auth: `admin@internal:${PASSWORD}`,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        agent: false,
        timeout: 30_000,
      },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (piece: string) => {
          text += piece;
        });
        reply.on('error', reject);
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: text }));
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('time-out')));
    sent.on('error', reject);
    sent.end(body);
  });
}
