const STOMP_COMMANDS = [
  'CONNECT',
  'CONNECTED',
  'SEND',
  'MESSAGE',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'ERROR',
  'RECEIPT',
  'DISCONNECT',
];

/** As many bytes as the longest command name has; VDSM waits for them before it decides. */
const BYTES_NEEDED = 'UNSUBSCRIBE'.length;

/**
 * What a connection speaks, by its first bytes (vdsm.md A2). `http` is VDSM's image transfer,
 * which lives at the same port there.
 */
export function detectProtocol(firstBytes: Buffer): 'undecided' | 'stomp' | 'http' | 'unknown' {
  if (firstBytes.length < BYTES_NEEDED) return 'undecided';
  const text = firstBytes.toString('latin1', 0, BYTES_NEEDED);
  if (STOMP_COMMANDS.some((command) => text.startsWith(command))) return 'stomp';
  return text.startsWith('PUT /') || text.startsWith('GET /') ? 'http' : 'unknown';
}
