import { type Credentials, createCa, signCsr } from '@hosted-engine/pki';
import { HeError } from '@hosted-engine/ports';
import type {
  EngineApi,
  EngineConnector,
  EngineCredentials,
  EngineHealth,
  EngineHost,
  NewHost,
} from '../../src/ports.js';

/** The engine in its VM: what it knows outlives the VM, since it is on the VM's disk. */
export class FakeEngine implements EngineConnector {
  readonly hosts: EngineHost[] = [];
  password = 'secret1';
  ca: Credentials | undefined;
  /** Whether the health page answers. */
  isUp: () => boolean = () => true;
  /** Each look at a host takes the next of these; the last one stays. */
  statuses = ['installing', 'up'];
  /** Says no to every new host. */
  refusal: HeError | undefined;
  sshKey: string | undefined = 'ecdsa-sha2-nistp256 AAAAE2VjZHNh ovirt-engine';
  complaints: string[] = [];
  clusterCpu: string | undefined;
  /** How often it says that the cluster has no CPU yet. */
  looksWithoutCpu = 1;
  #looks = 0;

  async makeCa(): Promise<Credentials> {
    this.ca ??= await createCa();
    return this.ca;
  }

  /** A first boot with a seed: the CA is the one that set-up made. */
  takeSeed(userData: string): void {
    const certificatePem = block(userData, 'CERTIFICATE');
    const keyPem = block(userData, 'PRIVATE KEY');
    this.ca = { certificatePem, keyPem };
  }

  connect(_fqdn: string, credentials: EngineCredentials | undefined): EngineApi {
    const authenticate = (): void => {
      if (!this.isUp()) throw new HeError('HE_ENGINE_UNREACHABLE', 'the engine does not answer');
      if (credentials?.password !== this.password) {
        throw new HeError('HE_ENGINE_REFUSED', "the password of 'admin@internal' is wrong", {
          details: { status: 401 },
        });
      }
    };
    return {
      health: async (): Promise<EngineHealth> =>
        this.isUp()
          ? { kind: 'up', text: 'DB Up!Welcome to Health Status!' }
          : { kind: 'unreachable', why: 'connection refused' },
      caCertificate: async () => (await this.makeCa()).certificatePem,
      enroll: async (csr) => {
        authenticate();
        return signCsr(await this.makeCa(), csr);
      },
      addHost: async (host: NewHost) => {
        authenticate();
        if (this.refusal !== undefined) throw this.refusal;
        const id = `engine-host-${this.hosts.length + 1}`;
        const added = { id, name: host.name, address: host.address, status: 'installing' };
        this.hosts.push(added);
        return added;
      },
      findHost: async (name) => {
        authenticate();
        return this.hosts.find((host) => host.name === name);
      },
      sshKey: async () => {
        authenticate();
        return this.sshKey;
      },
      complaints: async () => this.complaints,
      setClusterCpu: async (_cluster, cpu) => {
        authenticate();
        this.looksWithoutCpu -= 1;
        if (this.looksWithoutCpu >= 0) return false;
        this.clusterCpu = cpu;
        return true;
      },
      host: async (id) => {
        authenticate();
        const host = this.hosts.find((candidate) => candidate.id === id);
        if (host === undefined) throw new HeError('HE_ENGINE_REFUSED', `no host ${id}`);
        const status = this.statuses[Math.min(this.#looks, this.statuses.length - 1)] ?? 'up';
        this.#looks += 1;
        return { ...host, status };
      },
    };
  }
}

function block(text: string, kind: string): string {
  const found = new RegExp(`-----BEGIN ${kind}-----[^-]+-----END ${kind}-----`).exec(text)?.[0];
  return `${(found ?? '').replaceAll(/\n\s+/g, '\n')}\n`;
}
