import { HeError } from '@hosted-engine/ports';
import type { HostPlan } from '../network-plan.js';
import { bootScript } from './boot-script.js';
import { type PoweredHost, powerOff, powerOn } from './host-power.js';
import { plugHost, setCable, setGateway } from './network.js';
import { freshBootPlan, type SiteSetup } from './setup.js';

/** What the lab's command asks of the site, one at a time for each host. */
export type SiteRequest =
  | { readonly op: 'show' }
  | { readonly op: 'keep' }
  | { readonly op: 'power-on' | 'power-off'; readonly host: number }
  | { readonly op: 'cable'; readonly host: number; readonly up: boolean }
  | { readonly op: 'gateway'; readonly answering: boolean };

export interface SiteView {
  readonly hosts: readonly {
    readonly id: number;
    /** PID 1 of the host in the site's numbering; 0 when it is powered off. */
    readonly pid: number;
    readonly cableUp: boolean;
  }[];
  readonly gatewayAnswering: boolean;
}

interface HostSlot {
  readonly plan: HostPlan;
  powered: PoweredHost | undefined;
  cableUp: boolean;
  /** Power changes of one host follow each other. */
  last: Promise<void>;
}

export interface Site {
  readonly answer: (request: SiteRequest) => Promise<SiteView>;
}

export function createSite(setup: SiteSetup, onKeep: () => void): Site {
  const slots = new Map<number, HostSlot>();
  for (const plan of setup.network.hosts) {
    slots.set(plan.id, { plan, powered: undefined, cableUp: true, last: Promise.resolve() });
  }
  let gatewayAnswering = true;

  const slotOf = (id: number): HostSlot => {
    const slot = slots.get(id);
    if (slot === undefined) throw new HeError('HE_USAGE', `this lab has no host ${id}`);
    return slot;
  };

  const inTurn = (slot: HostSlot, act: () => Promise<void>): Promise<void> => {
    const done = slot.last.then(act);
    slot.last = done.catch(() => undefined);
    return done;
  };

  const switchOn = async (slot: HostSlot): Promise<void> => {
    if (slot.powered !== undefined) return;
    const plan = freshBootPlan(setup, slot.plan);
    const powered = await powerOn(slot.plan, plan.hostDir, bootScript(plan));
    slot.powered = powered;
    void powered.off.then(() => {
      if (slot.powered === powered) slot.powered = undefined;
    });
    await plugHost(slot.plan, powered.pid, slot.cableUp);
    powered.plugged();
  };

  const switchOff = async (slot: HostSlot): Promise<void> => {
    if (slot.powered !== undefined) await powerOff(slot.powered);
    slot.powered = undefined;
  };

  const view = (): SiteView => ({
    hosts: [...slots.values()].map((slot) => ({
      id: slot.plan.id,
      pid: slot.powered?.pid ?? 0,
      cableUp: slot.cableUp,
    })),
    gatewayAnswering,
  });

  return {
    async answer(request) {
      switch (request.op) {
        case 'show':
          break;
        case 'keep':
          onKeep();
          break;
        case 'power-on': {
          const slot = slotOf(request.host);
          await inTurn(slot, () => switchOn(slot));
          break;
        }
        case 'power-off': {
          const slot = slotOf(request.host);
          await inTurn(slot, () => switchOff(slot));
          break;
        }
        case 'cable': {
          const slot = slotOf(request.host);
          slot.cableUp = request.up;
          if (slot.powered !== undefined) await setCable(slot.plan, request.up);
          break;
        }
        case 'gateway':
          await setGateway(request.answering);
          gatewayAnswering = request.answering;
          break;
      }
      return view();
    },
  };
}
