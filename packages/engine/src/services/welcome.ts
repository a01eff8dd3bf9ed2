// The page that a browser shows: that the engine runs, and how its hosts are. No script, nothing
// from elsewhere, readable without colours. It names hosts and states only: anyone may see it.

import { escapeXml } from '../api/xml-writer.js';
import type { ManagedHost } from '../hosts/host-service.js';
import type { HostStatus } from '../hosts/host-state.js';
import type { HttpReply } from '../http/exchange.js';
import { EVENTS_PAGE_PATH } from './events-page.js';
import { pageReply } from './page.js';

const PATHS = ['/', '/ovirt-engine', '/ovirt-engine/'];

/** Whether this is a path of the welcome page. */
export function isWelcomePath(path: string): boolean {
  return PATHS.includes(path);
}

const STATUS_TEXT: Readonly<Record<HostStatus, string>> = {
  installing: 'Being added',
  install_failed: 'Could not be added: it does not answer',
  connecting: 'Connecting',
  up: 'Up',
  non_responsive: 'Does not answer',
};

/** The page as of `nowMs`; `hosts` undefined means that the database does not answer. */
export function welcome(
  fqdn: string,
  hosts: readonly ManagedHost[] | undefined,
  nowMs: number,
): HttpReply {
  const name = escapeXml(fqdn);
  const body = `<h1>Hosted engine</h1>
<p>The engine <strong>${name}</strong> is running.</p>
${hosts === undefined ? '<p>Its database does not answer.</p>' : table(hosts)}
<p>As of <time>${new Date(nowMs).toISOString()}</time>. <a href="">Reload</a></p>
<h2>Links</h2>
<ul>
<li><a href="${EVENTS_PAGE_PATH}">Events</a> (asks for the administrator’s password)</li>
<li><a href="/ovirt-engine/api">REST API</a> (asks for the administrator’s password)</li>
<li><a href="/ovirt-engine/services/health">Health</a></li>
<li><a href="/ovirt-engine/services/pki-resource?resource=ca-certificate&amp;format=X509-PEM-CA">CA certificate</a></li>
</ul>`;
  return pageReply(hosts === undefined ? 503 : 200, `Hosted engine – ${fqdn}`, body);
}

function table(hosts: readonly ManagedHost[]): string {
  if (hosts.length === 0) return '<p>No host has been added yet.</p>';
  const rows = hosts.map(
    (host) =>
      `<tr><th scope="row">${escapeXml(host.record.name)}</th><td>${STATUS_TEXT[host.state.status]}</td><td>${haText(host)}</td></tr>`,
  );
  return `<table>
<caption>Hosts</caption>
<thead><tr><th scope="col">Host</th><th scope="col">Status</th><th scope="col">High availability</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

function haText(host: ManagedHost): string {
  const ha = host.state.stats?.haStats;
  if (host.state.status !== 'up' || ha === undefined) return 'Unknown';
  if (!ha.configured) return 'Not set up';
  if (!ha.active) return 'Not active';
  if (ha.globalMaintenance) return 'Global maintenance';
  if (ha.localMaintenance) return 'Local maintenance';
  return `Active (score ${ha.score})`;
}
