import { decodeHostSlot } from '@hosted-engine/core';
import type { HostedEngineConf } from '@hosted-engine/formats';
import { messageOf } from '@hosted-engine/ports';
import { BLANK_UUID, type VdsmCaller } from '@hosted-engine/vdsm';
import type { CliContext } from './context.js';

/**
 * The host whose lease the engine VM's is, for people: "host1.example (id 1)". Undefined when it cannot
 * be told. It is read to be shown, never to decide (house.md, I3).
 */
export async function leaseHolder(
  context: CliContext,
  hostd: VdsmCaller,
  conf: HostedEngineConf,
): Promise<string | undefined> {
  try {
    const info = await hostd.call('Volume.getInfo', {
      volumeID: conf.engineDisk.volumeId,
      storagepoolID: BLANK_UUID,
      storagedomainID: conf.sdUuid,
      imageID: conf.engineDisk.imageId,
    });
    const owner = info.lease?.owners[0];
    if (owner === undefined) return undefined;
    const name = await nameOf(context, owner);
    return name === undefined ? `the host with id ${owner}` : `host ${name} (id ${owner})`;
  } catch (thrown) {
    context.writeError(`The holder of the lease cannot be told: ${messageOf(thrown)}\n`);
    return undefined;
  }
}

/** As the whiteboard has it; the HA daemon may be down, and then the id must do. */
async function nameOf(context: CliContext, hostId: number): Promise<string | undefined> {
  try {
    const bytes = (await context.broker.state()).slots.get(hostId);
    if (bytes === undefined) return undefined;
    const slot = decodeHostSlot(hostId, bytes);
    return slot.kind === 'host' ? slot.record.hostname : undefined;
  } catch {
    return undefined;
  }
}
