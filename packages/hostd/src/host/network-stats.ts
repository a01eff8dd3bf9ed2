import type { InterfaceStats } from '@hosted-engine/vdsm';
import type { HostFiles } from './host-files.js';

const NET_DIR = '/sys/class/net';
const IFF_UP = 1;

/** Link state as the HA daemon's bridge monitor needs it: a bridge without a working port is down. */
export function linkState(operstate: string, flags: string): 'up' | 'down' {
  if (operstate === 'up') return 'up';
  // Links without a carrier of their own (tap, dummy, loopback) never say more than "unknown".
  const isUp = (Number.parseInt(flags, 16) & IFF_UP) !== 0;
  return operstate === 'unknown' && isUp ? 'up' : 'down';
}

export async function networkStats(
  files: HostFiles,
  nowS: number,
): Promise<Readonly<Record<string, InterfaceStats>>> {
  const names = await files.names(NET_DIR);
  const entries = await Promise.all(
    names.map(async (name): Promise<[string, InterfaceStats]> => {
      const read = async (file: string) => (await files.text(`${NET_DIR}/${name}/${file}`))?.trim();
      const count = async (counter: string) => (await read(`statistics/${counter}`)) ?? '0';
      const stats: InterfaceStats = {
        name,
        state: linkState((await read('operstate')) ?? 'down', (await read('flags')) ?? '0'),
        speed: String(await linkSpeed(files, name)),
        rx: await count('rx_bytes'),
        tx: await count('tx_bytes'),
        rxErrors: await count('rx_errors'),
        txErrors: await count('tx_errors'),
        rxDropped: await count('rx_dropped'),
        txDropped: await count('tx_dropped'),
        sampleTime: nowS,
      };
      return [name, stats];
    }),
  );
  return Object.fromEntries(entries);
}

/** Mb/s; 0 for links that have none. */
export async function linkSpeed(files: HostFiles, name: string): Promise<number> {
  const text = await files.text(`${NET_DIR}/${name}/speed`);
  // Links that are down say -1.
  return Math.max(Number.parseInt(text ?? '0', 10) || 0, 0);
}
