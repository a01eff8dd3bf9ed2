import type { LabHost } from '../host.js';
import type { Lab } from '../lab.js';

async function renderHost(host: LabHost, cableUp: boolean): Promise<string> {
  const units = (await host.systemctl('list-units')).stdout.trim().split('\n');
  const storage = await host.processes();
  const passThrough = storage.filter((one) => one.comm === 'bindfs');
  const hung = passThrough.some((one) => one.state === 'T');
  const qemu = storage.find((one) => one.comm.startsWith('qemu-system'));
  return [
    `  ${host.name} ${host.plan.address}  on${cableUp ? '' : ', network cut'}`,
    `    services: ${units.map((line) => line.replace('.service ', ' ')).join(', ')}`,
    `    storage:  ${passThrough.length === 0 ? 'none mounted' : hung ? 'hung' : 'mounted'}`,
    `    VM:       ${qemu === undefined ? 'none' : `QEMU pid ${qemu.pid} of the host`}`,
  ].join('\n');
}

/** A lab in words, for a terminal. */
export async function renderLab(lab: Lab): Promise<string> {
  const view = await lab.view();
  const lines = [
    `lab ${lab.name}: 10.88.${lab.network.subnet}.0/24, ${lab.paths.dir}`,
    `  gateway ${lab.network.gateway}${view.gatewayAnswering ? '' : ', not answering'}`,
  ];
  for (const host of lab.hosts) {
    const seen = view.hosts.find((one) => one.id === host.id);
    if (seen === undefined || seen.pid === 0) {
      lines.push(`  ${host.name} ${host.plan.address}  powered off`);
    } else lines.push(await renderHost(host, seen.cableUp));
  }
  const forwarder = lab.state.forwarder;
  if (forwarder !== undefined) {
    lines.push(`  engine: https://127.0.0.1:${forwarder.httpsPort}/ovirt-engine/`);
  }
  return lines.join('\n');
}
