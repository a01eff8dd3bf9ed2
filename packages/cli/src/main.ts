import { readFile } from 'node:fs/promises';
import { createSystemClock } from '@hosted-engine/platform';
import { BROKER_SOCKET, createBrokerClient } from './adapters/broker-client.js';
import { createEngineConnector } from './adapters/engine-client.js';
import { createHostFiles } from './adapters/host-files.js';
import { createHostdConnector } from './adapters/hostd-connector.js';
import { runCli } from './cli.js';
import { readWhiteboard } from './main/read-whiteboard.js';
import { runDeploy } from './main/run-deploy.js';
import { readTerminalLine } from './terminal/prompt.js';
import type { Terminal } from './terminal/terminal-dialog.js';

const { stdin, stdout, stderr, env } = process;
const clock = createSystemClock();
const files = createHostFiles();
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
// Whoever reads our output may go away first; the work goes on.
stdout.on('error', () => undefined);

const isTerminal = stdin.isTTY && stdout.isTTY;
const terminal: Terminal = {
  write: (text) => stdout.write(text),
  width: stdout.isTTY ? stdout.columns : undefined,
  isColored: stdout.isTTY && env['NO_COLOR'] === undefined,
  readLine: isTerminal
    ? (prompt, isHidden) => readTerminalLine(stdin, stdout, prompt, isHidden)
    : undefined,
};
const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
const { version } = JSON.parse(manifest) as { readonly version: string };

const exitCode = await runCli(process.argv.slice(2), {
  write: (text) => stdout.write(text),
  writeError: (text) => stderr.write(text),
  files,
  clock,
  signal: stop.signal,
  broker: createBrokerClient(BROKER_SOCKET),
  connectHostd: (signal) => createHostdConnector(files, clock).connect(signal),
  readWhiteboard: (path) => readWhiteboard(path, clock),
  engineHealth: (fqdn, signal) => createEngineConnector().connect(fqdn, undefined).health(signal),
  deploy: (options) => runDeploy({ terminal, clock, signal: stop.signal, version, env }, options),
});
process.exitCode = exitCode;
