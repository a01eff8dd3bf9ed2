/** Someone who gets MESSAGE frames: one subscription of one connection. */
export interface Subscriber {
  deliver(subscriptionId: string, destination: string, body: string): void;
}

interface Subscription {
  readonly subscriber: Subscriber;
  readonly id: string;
}

/**
 * Who listens to which destination, over all connections: an answer goes to every subscriber of
 * its `reply-to`, whichever connection asked (vdsm.md A4).
 */
export class Subscriptions {
  readonly #byDestination = new Map<string, Set<Subscription>>();
  readonly #bySubscriber = new Map<Subscriber, Map<string, string>>();

  /** False when the subscriber uses that id already. */
  add(subscriber: Subscriber, id: string, destination: string): boolean {
    const own = this.#bySubscriber.get(subscriber) ?? new Map<string, string>();
    if (own.has(id)) return false;
    this.#bySubscriber.set(subscriber, own.set(id, destination));
    const all = this.#byDestination.get(destination) ?? new Set<Subscription>();
    this.#byDestination.set(destination, all.add({ subscriber, id }));
    return true;
  }

  /** An unknown id is ignored. */
  remove(subscriber: Subscriber, id: string): void {
    const own = this.#bySubscriber.get(subscriber);
    const destination = own?.get(id);
    if (own === undefined || destination === undefined) return;
    own.delete(id);
    if (own.size === 0) this.#bySubscriber.delete(subscriber);
    const all = this.#byDestination.get(destination);
    for (const subscription of all ?? []) {
      if (subscription.subscriber === subscriber && subscription.id === id)
        all?.delete(subscription);
    }
    if (all?.size === 0) this.#byDestination.delete(destination);
  }

  removeAll(subscriber: Subscriber): void {
    for (const id of [...(this.#bySubscriber.get(subscriber)?.keys() ?? [])]) {
      this.remove(subscriber, id);
    }
  }

  /** Delivers to the subscribers of exactly this destination and says how many they were. */
  publish(destination: string, body: string): number {
    const all = [...(this.#byDestination.get(destination) ?? [])];
    for (const { subscriber, id } of all) subscriber.deliver(id, destination, body);
    return all.length;
  }

  /** Delivers to the subscribers of `a`, `a.b` and `a.b.c` for destination `a.b.c`. */
  forward(destination: string, body: string): number {
    const labels = destination.split('.');
    let count = 0;
    for (let length = 1; length <= labels.length; length += 1) {
      const prefix = labels.slice(0, length).join('.');
      for (const { subscriber, id } of [...(this.#byDestination.get(prefix) ?? [])]) {
        subscriber.deliver(id, destination, body);
        count += 1;
      }
    }
    return count;
  }
}
