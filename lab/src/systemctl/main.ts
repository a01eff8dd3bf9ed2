import { messageOf } from '@hosted-engine/ports';
import { requestJson } from '../control/json-socket.js';
import type { Reply } from '../host-init/verbs.js';
import { HOST_SOCKET } from '../paths.js';

// /usr/bin/systemctl of a lab host: hands its words to the host's service manager.

const TIMEOUT_MS = 600_000;

try {
  const reply = (await requestJson(
    HOST_SOCKET,
    { systemctl: process.argv.slice(2) },
    TIMEOUT_MS,
  )) as Reply;
  process.stdout.write(reply.stdout);
  process.stderr.write(reply.stderr);
  process.exitCode = reply.code;
} catch (error) {
  process.stderr.write(`Failed to connect to the service manager: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
