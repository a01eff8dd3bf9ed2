import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { BROKER_SOCKET, createBrokerClient } from '@hosted-engine/platform/broker-client';
import { createSystemClock } from '@hosted-engine/platform/system-clock';
import { createHostFiles } from './adapters/host-files.js';
import { runCli } from './cli.js';
import type { DeployHost } from './main/run-deploy.js';
import { tellLostOutput } from './terminal/lost-output.js';
import { outliveTerminal } from './terminal/lost-terminal.js';

const { stdin, stdout, stderr, env } = process;
const clock = createSystemClock();
const files = createHostFiles();
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
outliveTerminal(process);
tellLostOutput(process);
// Whoever reads our output may go away first; the work goes on.
const outputGone = new AbortController();
stdout.on('error', () => outputGone.abort());

async function withTerminal(action: (host: DeployHost) => Promise<number>): Promise<number> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { readonly version: string };
  const { openTerminal } = await import('./terminal/open-terminal.js');
  const terminal = openTerminal({ stdin, stdout, env }, stop.signal);
  try {
    return await action({ terminal, clock, signal: stop.signal, version, env });
  } finally {
    terminal.close();
  }
}

// What a command does not need is not loaded: each module takes a millisecond or two.
const exitCode = await runCli(process.argv.slice(2), {
  write: (text) => stdout.write(text),
  writeError: (text) => stderr.write(text),
  files,
  clock,
  env,
  signal: stop.signal,
  outputGone: outputGone.signal,
  broker: createBrokerClient(BROKER_SOCKET),
  async screen() {
    const { screenOf } = await import('./terminal/screen.js');
    return screenOf(stdin, stdout);
  },
  async readSecret(prompt) {
    const { openTerminal } = await import('./terminal/open-terminal.js');
    const terminal = openTerminal({ stdin, stdout, env }, stop.signal);
    try {
      return await terminal.readLine?.(prompt, { isHidden: true });
    } finally {
      terminal.close();
    }
  },
  async runAttached(program, args) {
    const { runAttached } = await import('./terminal/run-attached.js');
    return runAttached(program, args);
  },
  async connectHostd(signal) {
    const { createHostdConnector } = await import('./adapters/hostd-connector.js');
    return createHostdConnector(files, clock).connect(signal);
  },
  async readWhiteboard(path) {
    const { readWhiteboard } = await import('./main/read-whiteboard.js');
    return readWhiteboard(path, clock);
  },
  async engineHealth(fqdn, signal) {
    const { createEngineConnector } = await import('./adapters/engine-client.js');
    return createEngineConnector().connect(fqdn, undefined).health(signal);
  },
  hostname,
  async showTui(host) {
    if (!stdin.isTTY || !stdout.isTTY) return false;
    const { runTui } = await import('@hosted-engine/tui');
    const isColored = env['NO_COLOR'] === undefined;
    await runTui(host, { input: stdin, output: stdout, isColored }, stop.signal);
    return true;
  },
  async deploy(options) {
    const { runDeploy } = await import('./main/run-deploy.js');
    return withTerminal(async (host) => runDeploy(host, options));
  },
  async cleanUp(options) {
    const { runCleanup } = await import('./main/run-cleanup.js');
    return withTerminal(async (host) => runCleanup(host, options));
  },
});
// Its output may be lost already.
process.exitCode = exitCode || process.exitCode;
