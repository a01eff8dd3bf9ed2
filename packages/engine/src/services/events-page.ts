// The events for a browser, the newest first. For the administrator: they name reasons and addresses.

import { escapeXml } from '../api/xml-writer.js';
import type { HttpReply } from '../http/exchange.js';
import type { EventRecord } from '../store/event-store.js';
import { pageReply } from './page.js';

export const EVENTS_PAGE_PATH = '/ovirt-engine/events';
/** More than a person reads; the API has all. */
const SHOWN_MAX = 200;

const SEVERITY_TEXT: Readonly<Record<EventRecord['severity'], string>> = {
  normal: '',
  warning: 'Warning',
  error: 'Error',
  alert: 'Alert',
};

/** `events`: the newest first. */
export function eventsPage(fqdn: string, events: readonly EventRecord[]): HttpReply {
  const rows = events
    .slice(0, SHOWN_MAX)
    .map(
      ({ timeMs, severity, description }) =>
        `<tr><td><time>${new Date(timeMs).toISOString()}</time></td><td>${SEVERITY_TEXT[severity]}</td><td>${escapeXml(description)}</td></tr>`,
    );
  const older = events.length - rows.length;
  const body = `<h1>Events</h1>
<p><a href="/ovirt-engine/">Hosted engine</a> · <a href="">Reload</a></p>
<table>
<caption>The newest first</caption>
<thead><tr><th scope="col">Time</th><th scope="col">Severity</th><th scope="col">What happened</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
${older === 0 ? '' : `<p>${older} older ones are in the <a href="/ovirt-engine/api/events">REST API</a>.</p>`}`;
  return pageReply(200, `Events – ${fqdn}`, body);
}
