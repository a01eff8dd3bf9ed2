// The text UI over a made-up cluster, for the tests that drive a real terminal: main.js [not-deployed|silent|many|alone]

import { runTui } from '../../src/index.js';
import { FakeTuiHost } from './host.js';

const host = new FakeTuiHost();
const [kind] = process.argv.slice(2);
if (kind === 'not-deployed') host.isDeployed = false;
if (kind === 'silent') host.silence = 'the HA daemon does not answer';
if (kind === 'many') host.more = 60;
if (kind === 'alone') host.engineRunsHere = true;
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
await runTui(host, { input: process.stdin, output: process.stdout, isColored: true }, stop.signal);
process.stdout.write('left the text UI\n');
