import { HeError } from '@hosted-engine/ports';
import { invalidAnswer } from '../answers/read-value.js';

export interface CpuType {
  /** As VDSM reports it: `model_…`. */
  readonly id: string;
  /** As the engine calls it. */
  readonly name: string;
}

export interface HostCpu {
  /** As the kernel spells it: GenuineIntel, AuthenticAMD. */
  readonly vendor: string;
  /** As the kernel spells them. */
  readonly flags: readonly string[];
}

const INTEL = 'GenuineIntel';
const AMD = 'AuthenticAMD';

const CONROE = ['lm', 'nx', 'pni', 'ssse3', 'syscall'];
const PENRYN = [...CONROE, 'cx16', 'sse4_1'];
const NEHALEM = [...PENRYN, 'popcnt', 'sse4_2'];
const WESTMERE = [...NEHALEM, 'aes'];
const SANDY_BRIDGE = [...WESTMERE, 'avx', 'pclmulqdq', 'tsc_deadline_timer', 'xsave'];
const HASWELL = [...SANDY_BRIDGE, 'avx2', 'bmi1', 'bmi2', 'fma', 'fsgsbase', 'movbe', 'smep'];
const BROADWELL = [...HASWELL, '3dnowprefetch', 'adx', 'rdseed', 'smap'];
const TRANSACTIONS = ['hle', 'rtm'];
const OPTERON_G1 = ['lm', 'nx', 'sse2', 'syscall'];
const OPTERON_G2 = [...OPTERON_G1, 'cx16', 'pni', 'rdtscp'];
const OPTERON_G3 = [...OPTERON_G2, 'abm', 'misalignsse', 'popcnt', 'sse4a'];
const OPTERON_G4 = [...OPTERON_G3, 'aes', 'avx', 'fma4', 'pclmulqdq', 'sse4_2', 'xop', 'xsave'];
const OPTERON_G5 = [...OPTERON_G4, 'f16c', 'fma', 'tbm'];

/** CPU types that an engine knows, the best first (setup-flow C.6), with what tells them apart. */
const CPU_TYPES: readonly (CpuType & HostCpu)[] = [
  intel('Broadwell', [...BROADWELL, ...TRANSACTIONS]),
  intel('Broadwell-noTSX', BROADWELL),
  intel('Haswell', [...HASWELL, ...TRANSACTIONS]),
  intel('Haswell-noTSX', HASWELL),
  intel('SandyBridge', SANDY_BRIDGE),
  intel('Westmere', WESTMERE),
  intel('Nehalem', NEHALEM),
  intel('Penryn', PENRYN),
  intel('Conroe', CONROE),
  opteron('G5', OPTERON_G5),
  opteron('G4', OPTERON_G4),
  opteron('G3', OPTERON_G3),
  opteron('G2', OPTERON_G2),
  opteron('G1', OPTERON_G1),
];

function intel(model: string, flags: readonly string[]): CpuType & HostCpu {
  const name = `Intel ${model} Family`;
  return { id: `model_${model}`, name, vendor: INTEL, flags };
}

function opteron(generation: string, flags: readonly string[]): CpuType & HostCpu {
  const name = `AMD Opteron ${generation}`;
  return { id: `model_Opteron_${generation}`, name, vendor: AMD, flags };
}

/** What this host can give a VM by the look of its CPU, the best first. The host daemon has the last word. */
export function supportedCpuTypes(cpu: HostCpu): CpuType[] {
  return CPU_TYPES.filter(
    ({ vendor, flags }) => vendor === cpu.vendor && flags.every((flag) => cpu.flags.includes(flag)),
  ).map(({ id, name }) => ({ id, name }));
}

/** What the engine calls a CPU type; undefined when it is none that it knows. */
export function engineCpuName(id: string): string | undefined {
  return CPU_TYPES.find((type) => type.id === id)?.name;
}

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
  const usable = CPU_TYPES.map(({ id }) => id).filter((id) => hostModels.includes(id));
  if (wanted !== undefined) {
    if (hostModels.includes(wanted)) return wanted;
    throw unsupportedCpu(wanted, usable);
  }
  const best = usable[0];
  if (best !== undefined) return best;
  throw new HeError('HE_HOST_UNSUITABLE', 'this host supports no CPU type that the engine knows', {
    remedy: 'enable virtualization and NX/XD in the firmware',
  });
}

export function unsupportedCpu(wanted: string, usable: readonly string[]): HeError {
  const known = usable.length === 0 ? 'none' : usable.join(', ');
  return invalidAnswer(
    'OVEHOSTED_VDSM/cpu',
    `Invalid CPU type specified: ${wanted}; this host supports ${known}`,
  );
}
