import { type TlsFiles, type VdsmCaller, VdsmClient } from '@hosted-engine/vdsm';

/** Other hosts' daemons, spoken to only to hand a VM over. */
export interface PeerHosts {
  /** Connects for the time of `use`. Rejects with HE_HOSTD_UNREACHABLE when the host does not answer. */
  with<T>(address: string, use: (peer: VdsmCaller) => Promise<T>): Promise<T>;
}

const PORT_DEFAULT = 54321;

export function createPeerHosts(tls: TlsFiles | undefined): PeerHosts {
  return {
    async with(address, use) {
      const client = await VdsmClient.connect({ ...splitAddress(address), tls });
      try {
        return await use(client);
      } finally {
        await client.close();
      }
    },
  };
}

/** `host`, `host:port`, `[v6]:port` and a plain IPv6 address. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address) ?? [];
  return {
    host: bracketed ?? plain ?? address,
    port: port === undefined ? PORT_DEFAULT : Number(port),
  };
}
