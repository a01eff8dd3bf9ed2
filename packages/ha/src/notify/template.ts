// Mail from a template: an RFC 822 message with `{name}`s in it (ha-daemon.md 6). Those of the original are
// source-email, destination-emails, detail, hostname, time and type; reason and date are ours.

import type { Notice, NoticeType } from '@hosted-engine/ports';

export interface Mail {
  /** In the order of the template; names as written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

const BUILT_IN: Readonly<Record<NoticeType, string>> = {
  state_transition: `From: {source-email}
To: {destination-emails}
Subject: ovirt-hosted-engine state transition {detail} at {hostname}

The hosted engine's HA daemon on {hostname} changed its state at {date}.

    {detail}

Why: {reason}.

"hosted-engine --explain" on that host tells more.
`,
  alert: `From: {source-email}
To: {destination-emails}
Subject: ovirt-hosted-engine alert {detail} at {hostname}

The hosted engine's HA daemon on {hostname} needs attention since {date}.

    {reason}

"hosted-engine --explain" on that host tells more.
`,
};

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** `template` undefined: the built-in one of the notice's type. */
export function mailOf(notice: Notice, envelope: Envelope, template: string | undefined): Mail {
  const values: Readonly<Record<string, string>> = {
    'source-email': envelope.from,
    'destination-emails': envelope.to.join(', '),
    detail: notice.detail,
    hostname: notice.hostname,
    time: String(Math.trunc(notice.wallMs / 1000)),
    type: notice.type,
    reason: notice.reason,
    date: new Date(notice.wallMs).toUTCString(),
  };
  // `{{` stands for `{`, as for Python's format. A value is one line: it may not begin a header.
  const fill = (text: string): string =>
    text.replaceAll(/\{\{|\}\}|\{([a-z-]+)\}/g, (found, name: string | undefined) => {
      if (name === undefined) return found.slice(1);
      return values[name]?.replaceAll(/\s+/g, ' ').trim() ?? found;
    });
  const { headers, body } = split(template ?? BUILT_IN[notice.type]);
  return {
    headers: headers.map(([name, value]) => [name, fill(value)] as const),
    body: fill(body),
  };
}

/** Header lines up to the first empty line, or to the first that is none. */
function split(template: string): Mail {
  const lines = template.replaceAll('\r\n', '\n').split('\n');
  const headers: [string, string][] = [];
  let index = 0;
  for (; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const last = headers.at(-1);
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (/^[ \t]+\S/.test(line) && last !== undefined) last[1] += ` ${line.trim()}`;
    else if (name !== undefined && value !== undefined) headers.push([name, value.trim()]);
    else break;
  }
  if (lines[index]?.trim() === '') index += 1;
  return { headers, body: lines.slice(index).join('\n') };
}
