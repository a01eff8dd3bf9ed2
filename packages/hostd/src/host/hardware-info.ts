import type { HardwareInfo } from '@hosted-engine/vdsm';
import type { HostFiles } from './host-files.js';

/** Host.getHardwareInfo, from the firmware's tables; empty where the machine has none. */
export async function hardwareInfo(files: HostFiles): Promise<HardwareInfo> {
  const dmi = async (name: string) => (await files.text(`/sys/class/dmi/id/${name}`))?.trim() ?? '';
  return {
    systemManufacturer: await dmi('sys_vendor'),
    systemProductName: await dmi('product_name'),
    systemVersion: await dmi('product_version'),
    systemSerialNumber: await dmi('product_serial'),
    systemUUID: (await dmi('product_uuid')).toLowerCase(),
    systemFamily: await dmi('product_family'),
  };
}
