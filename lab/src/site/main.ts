import { mkdirSync, readFileSync } from 'node:fs';
import { serveJson } from '../control/json-socket.js';
import { labPaths, SITE_RELAY_HTTP, SITE_RELAY_HTTPS, SITE_SOCKET } from '../paths.js';
import { runOrThrow } from '../proc/run.js';
import { serveBootFolder } from './boot-server.js';
import { layNetwork, startNameService } from './network.js';
import { serveRelay } from './relay.js';
import type { SiteSetup } from './setup.js';
import { createSite, type SiteRequest } from './site.js';

// The site: child of tini in namespaces of its own. argv: the file that holds its SiteSetup.
// Its input is a pipe from the maker. Until the maker says "keep", its end is the site's end too.

const setup = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as SiteSetup;
const paths = labPaths(setup.labDir);

let isKept = false;
const say = (line: string): boolean =>
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);

process.stdin.on('end', () => {
  if (isKept) return;
  say('the maker ended, so does this lab');
  process.exit(0);
});
process.stdin.resume();

await runOrThrow('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run']);
await layNetwork(setup.network);
const bootFolder = setup.hasBootServer ? paths.boot : undefined;
if (bootFolder !== undefined) mkdirSync(bootFolder, { recursive: true });
const nameService = startNameService(setup.network, paths.dnsLog, bootFolder);
if (bootFolder !== undefined) await serveBootFolder(bootFolder, setup.network.gateway);
nameService.on('exit', (code, signal) => say(`dnsmasq ended: ${code ?? signal}`));
await serveRelay(SITE_RELAY_HTTP, setup.network.engineAddress, 80);
await serveRelay(SITE_RELAY_HTTPS, setup.network.engineAddress, 443);

const site = createSite(setup, () => {
  isKept = true;
});
await serveJson(SITE_SOCKET, (request) => {
  say(JSON.stringify(request));
  return site.answer(request as SiteRequest);
});
say('the site is ready');
