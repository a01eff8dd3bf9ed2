import { HeError } from '@hosted-engine/ports';
import { invalidAnswer } from '../answers/read-value.js';

/** CPU types that an engine knows, the best first (setup-flow C.6). */
const CPU_TYPES = [
  'model_Broadwell',
  'model_Broadwell-noTSX',
  'model_Haswell',
  'model_Haswell-noTSX',
  'model_SandyBridge',
  'model_Westmere',
  'model_Nehalem',
  'model_Penryn',
  'model_Conroe',
  'model_Opteron_G5',
  'model_Opteron_G4',
  'model_Opteron_G3',
  'model_Opteron_G2',
  'model_Opteron_G1',
] as const;

export interface CpuRequest {
  readonly wanted: string | undefined;
  /** `model_…` entries that the host daemon reports. */
  readonly hostModels: readonly string[];
  /** QEMU emulates the CPU: it offers its own model, and the host's do not matter. */
  readonly isEmulated: boolean;
}

/** The VM's CPU type; undefined leaves it to QEMU. */
export function chooseCpu({ wanted, hostModels, isEmulated }: CpuRequest): string | undefined {
  if (isEmulated) return wanted;
  const usable: readonly string[] = CPU_TYPES.filter((type) => hostModels.includes(type));
  if (wanted !== undefined) {
    if (hostModels.includes(wanted)) return wanted;
    const known = usable.length === 0 ? 'none' : usable.join(', ');
    throw invalidAnswer(
      'OVEHOSTED_VDSM/cpu',
      `Invalid CPU type specified: ${wanted}; this host supports ${known}`,
    );
  }
  const best = usable[0];
  if (best !== undefined) return best;
  throw new HeError('HE_HOST_UNSUITABLE', 'this host supports no CPU type that the engine knows', {
    remedy: 'enable virtualization and NX/XD in the firmware',
  });
}
