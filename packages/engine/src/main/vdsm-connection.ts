// The way to a host's daemon: VDSM over TLS with the engine's client certificate.

import { VdsmClient } from '@hosted-engine/vdsm';
import type { ConnectHost } from '../hosts/host-monitor.js';
import type { EnginePki } from '../pki/engine-pki.js';

/** Connects with a certificate that the hosts' daemons accept, and accepts only the CA's own. */
export function vdsmConnections(pki: EnginePki): ConnectHost {
  return async (host, signal) => {
    const client = await VdsmClient.connect({
      host: host.address,
      port: host.port,
      tls: { ca: pki.caCertificate, cert: pki.client.certificate, key: pki.client.key },
      signal,
    });
    return { caller: client, close: () => client.close() };
  };
}
