// VM.shutdown's chain: the guest agent, then the power button, then (with force) the plug. Each step
// is given time to work; the VM's end, by whatever cause, ends the chain.

import { type Clock, type Log, messageOf, type VirtDriver } from '@hosted-engine/ports';
import { withStatus } from './vm-record.js';
import type { VmRegistry } from './vm-registry.js';

/** A guest that is still booting misses the power button: it is pressed again this often. */
const BUTTON_INTERVAL_MS = 5000;
/** How long the agent's own shutdown gets before the button is tried as well. */
const AGENT_WAIT_MS = 10_000;

export interface ShutdownOptions {
  readonly reboot: boolean;
  /** How long the guest may take in all. */
  readonly timeoutMs: number;
  /** Destroy what has not ended in that time. */
  readonly force: boolean;
  /** The guest's agent is connected. */
  readonly hasAgent: boolean;
}

/** How the guest of this domain can be told. */
export function waysToAsk(xml: string): {
  readonly hasAgent: boolean;
  readonly hasButton: boolean;
} {
  return {
    hasAgent: /name=['"]org\.qemu\.guest_agent\.0['"] state=['"]connected['"]/.test(xml),
    hasButton: /<acpi\s*\/>/.test(xml),
  };
}

export interface ShutdownDeps {
  readonly driver: VirtDriver;
  readonly registry: VmRegistry;
  readonly clock: Clock;
  readonly log: Log;
}

/** Runs the chain until the VM has ended, the time is over or `signal` aborts. Never rejects. */
export async function shutDownVm(
  deps: ShutdownDeps,
  vmId: string,
  options: ShutdownOptions,
  signal: AbortSignal,
): Promise<void> {
  const { driver, registry, clock, log } = deps;
  const kind = options.reboot ? 'reboot' : 'shutdown';
  const deadlineS = clock.monotonicS() + options.timeoutMs / 1000;
  const leftMs = () => (deadlineS - clock.monotonicS()) * 1000;

  async function ask(via: 'agent' | 'acpi'): Promise<void> {
    try {
      await driver.command(vmId, { kind, via });
    } catch (error) {
      log.warn(`${kind} by ${via} was not possible: ${messageOf(error)}`, { vmId });
    }
  }

  if (options.hasAgent) {
    await ask('agent');
    await clock.sleep(Math.min(AGENT_WAIT_MS, leftMs()), signal);
  }
  while (!signal.aborted && leftMs() > 0) {
    await ask('acpi');
    // A second press during a reboot would start another one.
    const waitMs = options.reboot ? leftMs() : Math.min(BUTTON_INTERVAL_MS, leftMs());
    await clock.sleep(Math.max(waitMs, 1), signal);
  }
  if (signal.aborted) return;
  if (!options.force) {
    log.warn(`the guest did not follow the ${kind} in ${options.timeoutMs} ms`, { vmId });
    registry.update(vmId, (record) => ({
      ...withStatus(record, 'Up', clock.monotonicS()),
      intent: 'none',
    }));
    return;
  }
  try {
    await driver.command(vmId, { kind: options.reboot ? 'reset' : 'destroy' });
  } catch (error) {
    log.error(`the VM could not be ended: ${messageOf(error)}`, { vmId });
  }
}
