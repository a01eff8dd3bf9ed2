/** What VM.setTicket and VM.updateDevice give for a graphics device. */
export interface Ticket {
  readonly password: string;
  /** Seconds from now; 0 or less: for ever. */
  readonly ttlS: number;
  /** What becomes of a client that is connected; means something to SPICE only. */
  readonly connected: 'keep' | 'disconnect' | 'fail';
}

/**
 * The `<graphics>` element of a live domain with the ticket in it; of the first device when `type`
 * is undefined. Undefined when there is no such device. Works on XML as libvirt writes it.
 */
export function graphicsWithTicket(
  xml: string,
  type: string | undefined,
  ticket: Ticket,
  wallMs: number,
): string | undefined {
  const kind = type === undefined ? '\\w+' : type.replaceAll(/\W/g, '');
  const pattern = new RegExp(`<graphics type='${kind}'[^>]*?(?:/>|>.*?</graphics>)`, 's');
  const element = pattern.exec(xml)?.[0];
  if (element === undefined) return undefined;
  const isSpice = element.startsWith("<graphics type='spice'");
  const attributes = [`passwd='${escapeAttribute(ticket.password)}'`];
  if (ticket.ttlS > 0) attributes.push(`passwdValidTo='${utc(wallMs + ticket.ttlS * 1000)}'`);
  if (isSpice) attributes.push(`connected='${ticket.connected}'`);
  return element
    .replaceAll(/ (?:passwd|passwdValidTo|connected)='[^']*'/g, '')
    .replace('<graphics ', `<graphics ${attributes.join(' ')} `);
}

function utc(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;');
}
