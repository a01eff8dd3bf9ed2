// Domain XML between the caller's definition and what libvirt gets on this host.

import { HeError, type HypervisorFacts } from '@hosted-engine/ports';
import { type DomainFill, fillDomainXml, readDomainXml } from '@hosted-engine/vdsm';
import type { ImageRef, PreparedImage } from '../storage/types.js';
import type { VmRecord } from './vm-record.js';

export interface DefinitionOptions {
  readonly facts: () => Promise<HypervisorFacts>;
  /** vdsm.conf [devel] allow_emulation. */
  readonly allowEmulation: boolean;
  readonly host: DomainFill['host'];
}

/** Whether VMs run without hardware virtualization here. Refuses where that is not allowed. */
export async function isEmulated(options: DefinitionOptions): Promise<boolean> {
  const { kvmUsable } = await options.facts();
  if (kvmUsable || options.allowEmulation) return !kvmUsable;
  throw new HeError('HE_HOST_UNSUITABLE', 'this host has no usable hardware virtualization', {
    remedy:
      'Turn it on in the firmware; for trials set allow_emulation = true in [devel] of vdsm.conf.',
  });
}

/** Fills in prepared disks, leases and facts of the host; switches KVM off where there is none. */
export async function completeDefinition(
  xml: string,
  prepared: ReadonlyMap<ImageRef, PreparedImage>,
  options: DefinitionOptions,
): Promise<string> {
  const wantsKvm = /<domain\b[^>]*\btype=['"]kvm['"]/.test(xml);
  const emulation = wantsKvm && (await isEmulated(options));
  const volumes = new Map(
    [...prepared].map(([{ volUUID }, { path, leasePath, leaseOffset }]) => [
      volUUID,
      { path, lease: { path: leasePath, offset: leaseOffset } },
    ]),
  );
  return fillDomainXml(xml, { volumes, host: options.host, emulation });
}

/** Name and images of a domain that hostd did not start itself. */
export function describeDefinition(xml: string): Pick<VmRecord, 'name' | 'images'> {
  const { name, volumes } = readDomainXml(xml);
  const images = volumes.map(({ domainID, imageID, volumeID }) => ({
    sdUUID: domainID,
    imgUUID: imageID,
    volUUID: volumeID,
  }));
  return { name, images };
}
