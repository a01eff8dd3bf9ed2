// The appliance in a QEMU of its own, without libvirt: user networking forwarded to loopback, the
// guest agent's channel and QEMU's monitor as Unix sockets in the test's folder.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export const MAC = '52:54:00:12:34:56';

export interface GuestVm {
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Waits for the health page. `wallS` and `cpuS` count from QEMU's start. */
  healthy(timeoutS: number): Promise<{ readonly wallS: number; readonly cpuS: number }>;
  /** Waits until the health page is none, and tells what is there instead. */
  unhealthy(timeoutS: number): Promise<string>;
  /** Presses the power button and waits for QEMU's end. */
  pressPower(timeoutS: number): Promise<void>;
  /** Pulls the plug. */
  kill(): Promise<void>;
  /** Gives the guest the agent's port while it runs. */
  plugAgent(): Promise<void>;
  /** Runs a shell line as root through the guest agent. */
  run(line: string): Promise<{ readonly code: number; readonly output: string }>;
  console(): Promise<string>;
}

const AGENT_PORT = {
  driver: 'virtserialport',
  chardev: 'agent',
  name: 'org.qemu.guest_agent.0',
};

/**
 * Starts QEMU on `disk`; `extra` are further arguments, such as the seed's drive. Without `hasAgent` the guest
 * gets the agent's port only with `plugAgent`.
 */
export async function startGuest(
  folder: string,
  disk: string,
  extra: readonly string[],
  hasAgent = true,
): Promise<GuestVm> {
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const forward = [
    `hostfwd=tcp:127.0.0.1:${httpPort}-:80`,
    `hostfwd=tcp:127.0.0.1:${httpsPort}-:443`,
  ];
  const serial = join(folder, 'console.log');
  const startedMs = performance.now();
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...['-M', 'pc', '-accel', 'tcg', '-m', '768', '-smp', '1', '-nodefaults', '-display', 'none'],
      ...['-serial', `file:${serial}`],
      ...['-qmp', `unix:${join(folder, 'qmp')},server=on,wait=off`],
      ...['-drive', `file=${disk},if=virtio,format=raw,cache=none`],
      ...['-netdev', `user,id=net,${forward.join(',')}`],
      ...['-device', `virtio-net-pci,netdev=net,mac=${MAC}`],
      ...['-device', 'virtio-serial-pci', '-device', 'virtio-rng-pci'],
      ...['-chardev', `socket,id=agent,path=${join(folder, 'agent')},server=on,wait=off`],
      ...(hasAgent ? ['-device', JSON.stringify(AGENT_PORT)] : []),
      ...extra,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return {
    httpPort,
    httpsPort,
    healthy: (timeoutS) => healthy(child, httpPort, startedMs, timeoutS),
    unhealthy: (timeoutS) => unhealthy(httpPort, timeoutS),
    async pressPower(timeoutS) {
      await tellQemu(join(folder, 'qmp'), { execute: 'system_powerdown' });
      await ended(child, timeoutS);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended(child, 10);
    },
    plugAgent: () =>
      tellQemu(join(folder, 'qmp'), { execute: 'device_add', arguments: AGENT_PORT }),
    run: (line) => agentRun(join(folder, 'agent'), line),
    console: () => readFile(serial, 'utf8'),
  };
}

const HEALTHY = 'DB Up!Welcome to Health Status!';

async function unhealthy(port: number, timeoutS: number): Promise<string> {
  const endMs = performance.now() + timeoutS * 1000;
  for (;;) {
    const body = await page(port).catch(() => undefined);
    if (body !== undefined && body !== HEALTHY) return body;
    if (performance.now() > endMs) throw new Error(`no other page after ${timeoutS} s`);
    await sleep(50);
  }
}

async function healthy(child: ChildProcess, port: number, startedMs: number, timeoutS: number) {
  for (;;) {
    const wallS = (performance.now() - startedMs) / 1000;
    const body = await page(port).catch(() => '');
    if (body === HEALTHY) {
      return { wallS: (performance.now() - startedMs) / 1000, cpuS: await cpuSeconds(child) };
    }
    if (child.exitCode !== null) throw new Error(`QEMU ended with ${child.exitCode}`);
    if (wallS > timeoutS) throw new Error(`not healthy after ${timeoutS} s; last: ${body}`);
    await sleep(50);
  }
}

/** Time that QEMU's threads ran, which other load on the machine stretches little. */
async function cpuSeconds(child: ChildProcess): Promise<number> {
  const fields = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ');
  return (Number(fields?.[11]) + Number(fields?.[12])) / 100;
}

function page(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const path = '/ovirt-engine/services/health';
    const request = get({ host: '127.0.0.1', port, path, agent: false, timeout: 1000 }, (reply) => {
      let body = '';
      reply.setEncoding('utf8');
      reply.on('data', (text: string) => {
        body += text;
      });
      reply.on('end', () => resolve(body));
      reply.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('time-out')));
    request.on('error', reject);
  });
}

function ended(child: ChildProcess, timeoutS: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`QEMU did not end within ${timeoutS} s`));
    }, timeoutS * 1000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function tellQemu(socketPath: string, command: object): Promise<void> {
  const line = await openLines(socketPath);
  try {
    await line.next();
    await line.ask({ execute: 'qmp_capabilities' });
    const answer = (await line.ask(command)) as { readonly error?: { readonly desc?: string } };
    if (answer.error !== undefined) throw new Error(`QEMU: ${answer.error.desc}`);
  } finally {
    line.close();
  }
}

interface AgentReply {
  readonly return?: {
    readonly pid?: number;
    readonly exited?: boolean;
    readonly exitcode?: number;
    readonly 'out-data'?: string;
    readonly 'err-data'?: string;
  };
}

async function agentRun(socketPath: string, command: string) {
  const line = await openLines(socketPath);
  try {
    const started = (await line.ask({
      execute: 'guest-exec',
      arguments: { path: '/bin/sh', arg: ['-c', command], 'capture-output': true },
    })) as AgentReply;
    const pid = started.return?.pid;
    for (;;) {
      const status = (
        (await line.ask({
          execute: 'guest-exec-status',
          arguments: { pid },
        })) as AgentReply
      ).return;
      if (status?.exited === true) {
        const text = `${status['out-data'] ?? ''}`;
        const output = Buffer.from(text, 'base64').toString();
        const errors = Buffer.from(status['err-data'] ?? '', 'base64').toString();
        return { code: status.exitcode ?? -1, output: output + errors };
      }
      await sleep(100);
    }
  } finally {
    line.close();
  }
}

interface Lines {
  next(): Promise<unknown>;
  ask(command: object): Promise<unknown>;
  close(): void;
}

/** The guest agent takes a second or two to see its port. */
const ANSWER_MS = 60_000;

/** One JSON text per line, each way. */
async function openLines(path: string): Promise<Lines> {
  const socket: Socket = connect(path);
  socket.setTimeout(ANSWER_MS, () => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const lines: Interface = createInterface({ input: socket });
  const iterator = lines[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    for (;;) {
      const { value, done } = await iterator.next();
      if (done === true) throw new Error(`no answer on ${path}, or QEMU hung up`);
      const message = JSON.parse(value) as { readonly event?: string };
      if (message.event === undefined) return message;
    }
  };
  return {
    next,
    async ask(command) {
      socket.write(`${JSON.stringify(command)}\n`);
      return await next();
    },
    close: () => void socket.destroy(),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}
