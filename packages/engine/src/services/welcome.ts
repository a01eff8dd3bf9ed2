// The page that a browser shows: that the engine runs, and how its hosts are. No script, nothing
// from elsewhere, readable without colours. It names hosts and states only: anyone may see it.

import { escapeXml } from '../api/xml-writer.js';
import type { ManagedHost } from '../hosts/host-service.js';
import type { HostStatus } from '../hosts/host-state.js';
import { type HttpReply, textReply } from '../http/exchange.js';

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

const STYLE = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 50rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding-bottom: .5rem; }
th, td { border-bottom: 1px solid; padding: .4rem .8rem .4rem 0; text-align: left; }`;

/** The page as of `nowMs`; `hosts` undefined means that the database does not answer. */
export function welcome(
  fqdn: string,
  hosts: readonly ManagedHost[] | undefined,
  nowMs: number,
): HttpReply {
  const name = escapeXml(fqdn);
  const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hosted engine – ${name}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Hosted engine</h1>
<p>The engine <strong>${name}</strong> is running.</p>
${hosts === undefined ? '<p>Its database does not answer.</p>' : table(hosts)}
<p>As of <time>${new Date(nowMs).toISOString()}</time>. <a href="">Reload</a></p>
<h2>Links</h2>
<ul>
<li><a href="/ovirt-engine/api">REST API</a> (asks for the administrator’s password)</li>
<li><a href="/ovirt-engine/services/health">Health</a></li>
<li><a href="/ovirt-engine/services/pki-resource?resource=ca-certificate&amp;format=X509-PEM-CA">CA certificate</a></li>
</ul>
</main>
</body>
</html>
`;
  return textReply(hosts === undefined ? 503 : 200, 'text/html;charset=UTF-8', page, {
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  });
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
