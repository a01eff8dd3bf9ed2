// A client of the engine, as a process of its own on the lab's network: what its maker does meanwhile, in the
// same two processors, does not hold its answers up.
// argv: the engine's address. Prints a line at its beginning, and an OutageReport as JSON when its input ends.

import { connect } from 'node:net';
import { ENGINE_FQDN } from '../network-plan.js';
import { HEALTH_PATH, HEALTHY } from './engine-client.js';
import type { OutageReport } from './outage.js';

const PACE_MS = 50;
/** A question that was lost with the old host's switch port must not hide that the next one is answered. */
const PATIENCE_MS = 1000;
/** A slow engine must not be held down by the questions of a client that has given up waiting. */
const OPEN_MAX = 12;
const HTTP_PORT = 80;

/** Asks once, on a connection of its own; true once the page of a healthy engine is there, whole by its length. */
function ask(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host, port: HTTP_PORT });
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.setEncoding('latin1');
    socket.on('connect', () =>
      socket.write(`GET ${HEALTH_PATH} HTTP/1.0\r\nHost: ${ENGINE_FQDN}\r\n\r\n`),
    );
    socket.on('data', (text: string) => {
      answer += text;
      if (!isHealthy(answer)) return;
      resolve(true);
      socket.end();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

function isHealthy(answer: string): boolean {
  const [head = '', body] = answer.split('\r\n\r\n');
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
  return /^HTTP\/1\.1 200 /.test(head) && body?.length === length && body.trim() === HEALTHY;
}

/** Asks until `end` is called, which gives the report. */
function watch(host: string): { end(): OutageReport } {
  let lastGoodMs = performance.now();
  let longestMs = 0;
  let goodCount = 0;
  let failedCount = 0;
  let open = 0;

  function note(): void {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastGoodMs);
    lastGoodMs = nowMs;
  }

  async function turn(): Promise<void> {
    if (open >= OPEN_MAX) return;
    open += 1;
    const isGood = await ask(host);
    open -= 1;
    if (isGood) {
      goodCount += 1;
      note();
    } else failedCount += 1;
  }

  setInterval(() => void turn(), PACE_MS);
  return {
    end() {
      // An outage that goes on counts up to this moment.
      note();
      return { longestMs, goodCount, failedCount };
    },
  };
}

const [engineAddress = ''] = process.argv.slice(2);
const client = watch(engineAddress);
process.stdin.resume();
process.stdin.on('end', () => {
  process.stdout.write(`${JSON.stringify(client.end())}\n`, () => process.exit(0));
});
process.stdout.write('asking\n');
