/** Machine types are not in the domain capabilities; these two exist in every QEMU for x86. */
const MACHINES = ['pc', 'q35'];

/** CPU models that virConnectGetDomainCapabilities calls usable. */
export function usableCpuModels(capabilities: string): readonly string[] {
  const models = [...capabilities.matchAll(/<model usable='yes'[^>]*>([^<]+)<\/model>/g)];
  return [...new Set(models.map((match) => match[1] ?? ''))].filter((name) => name !== '').sort();
}

/** The machine type that the capabilities describe, besides the ones that always exist. */
export function machinesOf(capabilities: string): readonly string[] {
  const machine = /<machine>([^<]+)<\/machine>/.exec(capabilities)?.[1];
  return machine === undefined ? MACHINES : [...MACHINES, machine];
}
