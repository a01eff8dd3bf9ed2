import type { DownCause } from '@hosted-engine/core';
import type { Fault } from './fault.js';
import type { SimHost } from './host.js';
import type { Origin } from './hypervisor.js';

/** What an agent asked of its host daemon. */
export type AgentCall = 'start' | 'shutdown' | 'destroy' | 'forget' | 'resume' | 'migrate';

/** What happens in the world, as an outside observer sees it. */
export type WorldEvent =
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'powered'; readonly host: SimHost; readonly on: boolean; readonly why: string }
  | { readonly kind: 'daemon'; readonly host: SimHost; readonly what: string }
  | { readonly kind: 'asked'; readonly host: SimHost; readonly call: AgentCall }
  | { readonly kind: 'launched'; readonly host: SimHost; readonly origin: Origin }
  | { readonly kind: 'guest-started'; readonly host: SimHost; readonly origin: Origin }
  | { readonly kind: 'guest-paused'; readonly host: SimHost }
  | { readonly kind: 'guest-resumed'; readonly host: SimHost }
  | { readonly kind: 'resume-refused'; readonly host: SimHost; readonly why: string }
  | { readonly kind: 'guest-lost'; readonly host: SimHost }
  | {
      readonly kind: 'qemu-ended';
      readonly host: SimHost;
      readonly cause: DownCause;
      readonly detail: string;
    }
  | { readonly kind: 'migration-began'; readonly host: SimHost; readonly to: string }
  | { readonly kind: 'migration-failed'; readonly host: SimHost; readonly why: string }
  | { readonly kind: 'migrated'; readonly host: SimHost; readonly to: string }
  | {
      readonly kind: 'slot-written';
      readonly host: SimHost;
      readonly id: number;
      /** When the daemon asked for it; it may have hung since. */
      readonly askedS: number;
    }
  | { readonly kind: 'sanlock'; readonly host: SimHost; readonly text: string }
  | { readonly kind: 'agent'; readonly host: SimHost; readonly text: string }
  | { readonly kind: 'turn'; readonly host: SimHost };
