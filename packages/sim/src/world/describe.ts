import type { WorldEvent } from './event.js';
import { formatFault } from './fault.js';

/** The line of the log for an event, or undefined for one that is not told. */
export function describeEvent(
  event: WorldEvent,
): { readonly host: string; readonly text: string } | undefined {
  switch (event.kind) {
    case 'fault':
      return { host: '', text: `== ${formatFault(event.fault)}` };
    case 'turn':
    case 'slot-written':
      return undefined;
    default:
      return { host: event.host.name, text: textOf(event) };
  }
}

type Told = Exclude<WorldEvent, { kind: 'fault' | 'turn' | 'slot-written' }>;

function textOf(event: Told): string {
  switch (event.kind) {
    case 'powered':
      return event.on ? 'power: on' : `power: off, ${event.why}`;
    case 'daemon':
      return `daemon: ${event.what}`;
    case 'asked':
      return `agent asks: ${event.call}`;
    case 'launched':
      return `libvirt: starting the engine VM for the ${event.origin}`;
    case 'guest-started':
      return 'qemu: has the lease, the guest runs';
    case 'guest-paused':
      return 'qemu: the guest is paused on an I/O error';
    case 'guest-resumed':
      return 'qemu: has the lease again, the guest goes on';
    case 'resume-refused':
      return `libvirt: the guest stays paused, ${event.why}`;
    case 'guest-lost':
      return 'qemu: gone with the host';
    case 'qemu-ended':
      return `qemu: ended, ${event.cause}: ${event.detail}`;
    case 'migration-began':
      return `libvirt: migrating to ${event.to}`;
    case 'migration-failed':
      return `libvirt: migration failed, ${event.why}`;
    case 'migrated':
      return `libvirt: the guest runs on ${event.to} now`;
    case 'sanlock':
      return `sanlock: ${event.text}`;
    case 'agent':
      return `agent: ${event.text}`;
  }
}
