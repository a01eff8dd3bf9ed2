import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '@hosted-engine/ports';
import type { NotifyFields } from './notify-socket.js';
import { Service, type ServiceHost } from './service.js';
import { parseUnit, type Unit } from './unit-file.js';

/** The set of units of one host, and which of them start at its boot. */
export interface ManagerOptions {
  /** Earlier folders win. */
  readonly unitFolders: readonly string[];
  /** Keeps the enabled units over power cycles. */
  readonly enabledFile: string;
  readonly enabledAtFirst: readonly string[];
  readonly host: ServiceHost;
}

export class Manager {
  readonly #options: ManagerOptions;
  readonly #services = new Map<string, Service>();
  #aliases = new Map<string, string>();
  readonly #enabled: Set<string>;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#enabled = new Set(this.#readEnabled());
    this.reload();
  }

  /** Reads the unit files again; a service keeps its old unit until it is stopped. */
  reload(): void {
    const aliases = new Map<string, string>();
    for (const unit of this.#readUnits()) {
      for (const alias of unit.aliases) aliases.set(alias, unit.name);
      const known = this.#services.get(unit.name);
      if (known === undefined || known.view().mainPid === 0) {
        this.#services.set(unit.name, new Service(unit, this.#options.host));
      }
    }
    this.#aliases = aliases;
  }

  #readUnits(): readonly Unit[] {
    const units = new Map<string, Unit>();
    for (const folder of this.#options.unitFolders) {
      if (!existsSync(folder)) continue;
      for (const name of readdirSync(folder)) {
        if (!name.endsWith('.service') || units.has(name)) continue;
        const path = join(folder, name);
        try {
          units.set(name, parseUnit(name, path, readFileSync(path, 'utf8')));
        } catch (error) {
          this.#options.host.log(`unit not read: ${messageOf(error)}`);
        }
      }
    }
    return [...units.values()];
  }

  /** The service of a name, with or without `.service`, or of one of its aliases. */
  find(name: string): Service | undefined {
    const full = name.includes('.') ? name : `${name}.service`;
    return this.#services.get(this.#aliases.get(full) ?? full);
  }

  names(): readonly string[] {
    return [...this.#services.keys()].sort();
  }

  onNotify(unit: string, fields: NotifyFields): void {
    this.#services.get(unit)?.onNotify(fields);
  }

  isEnabled(service: Service): boolean {
    return this.#enabled.has(service.unit.name);
  }

  setEnabled(service: Service, isEnabled: boolean): void {
    if (isEnabled) this.#enabled.add(service.unit.name);
    else this.#enabled.delete(service.unit.name);
    mkdirSync(dirname(this.#options.enabledFile), { recursive: true });
    writeFileSync(this.#options.enabledFile, `${[...this.#enabled].sort().join('\n')}\n`);
  }

  #readEnabled(): readonly string[] {
    const { enabledFile, enabledAtFirst } = this.#options;
    if (!existsSync(enabledFile)) return enabledAtFirst;
    return readFileSync(enabledFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** Starts what is enabled, as a booting host does. */
  async boot(): Promise<void> {
    const wanted = [...this.#enabled].map((name) => this.find(name));
    await this.start(wanted.filter((one) => one !== undefined));
  }

  /**
   * Starts services with what they pull in, each after those it names in After=.
   * @returns the services that did not become active.
   */
  async start(wanted: readonly Service[]): Promise<readonly Service[]> {
    const together = new Set<Service>();
    const pull = (service: Service): void => {
      if (together.has(service)) return;
      together.add(service);
      for (const name of service.unit.pulls) {
        const pulled = this.find(name);
        if (pulled !== undefined) pull(pulled);
      }
    };
    wanted.forEach(pull);
    const begun = new Map<Service, Promise<boolean>>();
    const begin = (service: Service, path: readonly Service[]): Promise<boolean> => {
      const known = begun.get(service);
      if (known !== undefined) return known;
      const earlier = service.unit.after
        .map((name) => this.find(name))
        .filter((one) => one !== undefined && together.has(one) && !path.includes(one))
        .map((one) => begin(one as Service, [...path, service]));
      const started = Promise.all(earlier).then(() => service.start());
      begun.set(service, started);
      return started;
    };
    const failed: Service[] = [];
    for (const service of together) {
      if (!(await begin(service, [service])) && wanted.includes(service)) failed.push(service);
    }
    return failed;
  }
}
