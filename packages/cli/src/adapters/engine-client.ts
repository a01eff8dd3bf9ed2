// The engine's REST API and health page, as far as set-up and the CLI need them.
//
//   E1. The admin's password goes only to a server that proved to be of the CA given (HTTPS).
//   E2. No answer is HE_ENGINE_UNREACHABLE and says nothing about what the engine did with the request.

import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { HeError, messageOf } from '@hosted-engine/ports';
import type {
  EngineApi,
  EngineConnector,
  EngineCredentials,
  EngineHealth,
  EngineHost,
  NewHost,
} from '@hosted-engine/setup';
import {
  clusterCpuElement,
  faultText,
  hostElement,
  parseClusters,
  parseDescriptions,
  parseHost,
  parseHosts,
} from './engine-xml.js';

const HEALTH_PATH = '/ovirt-engine/services/health';
const CA_PATH = '/ovirt-engine/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA';
const SSH_KEY_PATH =
  '/ovirt-engine/services/pki-resource?resource=engine-certificate&format=OPENSSH-PUBKEY';
const ENROLL_PATH = '/ovirt-engine/services/host-enroll';
const EVENTS_PATH = '/ovirt-engine/api/events';
const CLUSTERS_PATH = '/ovirt-engine/api/clusters';
const HOSTS_PATH = '/ovirt-engine/api/hosts';
const SSH_KEY = /^[a-z][a-z0-9@.-]{3,40} [A-Za-z0-9+/=]{40,} ?[\w.@:-]*$/;
const HEALTHY = 'DB Up';
const TIMEOUT_MS = 20_000;
/** More reasons than a person reads. */
const COMPLAINTS_MAX = 5;
const BODY_SIZE_MAX = 4 * 1024 * 1024;

/** Where the engine listens; others than the well-known ports are for tests. */
export interface EnginePorts {
  readonly http: number;
  readonly https: number;
  /** Connect here whatever the name resolves to. */
  readonly address?: string;
}

export function createEngineConnector(
  ports: EnginePorts = { http: 80, https: 443 },
): EngineConnector {
  return { connect: (fqdn, credentials) => createEngineClient(fqdn, credentials, ports) };
}

function createEngineClient(
  fqdn: string,
  credentials: EngineCredentials | undefined,
  ports: EnginePorts,
): EngineApi {
  const plain = (path: string, signal?: AbortSignal): Promise<Answer> =>
    send({ fqdn, ports, path, method: 'GET', ...(signal === undefined ? {} : { signal }) });
  const trusted = (call: Pick<Call, 'path' | 'method'> & Partial<Call>): Promise<Answer> => {
    if (credentials === undefined) throw new Error('this call needs credentials');
    return send({ fqdn, ports, credentials, accept: 'application/xml', ...call });
  };
  return {
    health: async (signal) => health(await settled(plain(HEALTH_PATH, signal))),
    caCertificate: async () => expectOk(await plain(CA_PATH), 'hand out its CA certificate').body,
    enroll: async (csr) => {
      const answer = await trusted({
        path: ENROLL_PATH,
        method: 'POST',
        body: csr,
        type: 'application/pkcs10',
        accept: 'application/x-x509-cert',
      });
      return expectOk(answer, 'sign the certificate of this host').body;
    },
    addHost: async (host: NewHost) => {
      const answer = await trusted({
        path: HOSTS_PATH,
        method: 'POST',
        body: hostElement(host),
        type: 'application/xml',
      });
      return parseHost(expectOk(answer, `add host ${host.name}`).body);
    },
    findHost: async (name): Promise<EngineHost | undefined> => {
      const search = encodeURIComponent(`name=${name}`);
      const answer = await trusted({ path: `${HOSTS_PATH}?search=${search}`, method: 'GET' });
      const hosts = parseHosts(expectOk(answer, 'list its hosts').body);
      return hosts.find((host) => host.name === name);
    },
    host: async (id) => {
      const answer = await trusted({ path: `${HOSTS_PATH}/${id}`, method: 'GET' });
      return parseHost(expectOk(answer, `describe host ${id}`).body);
    },
    sshKey: async () => {
      const answer = await trusted({ path: SSH_KEY_PATH, method: 'GET', accept: 'text/plain' });
      const line = answer.body.trim();
      // One line of authorized_keys; anything else, from whichever engine, has no place in that file.
      return answer.status === 200 && SSH_KEY.test(line) ? line : undefined;
    },
    setClusterCpu: async (name, cpu) => {
      const search = encodeURIComponent(`name=${name}`);
      const listed = await trusted({ path: `${CLUSTERS_PATH}?search=${search}`, method: 'GET' });
      const clusters = parseClusters(expectOk(listed, 'list its clusters').body);
      const cluster = clusters.find((one) => one.name === name);
      if (cluster?.hasCpu !== true) return false;
      const answer = await trusted({
        path: `${CLUSTERS_PATH}/${cluster.id}`,
        method: 'PUT',
        body: clusterCpuElement(cpu),
        type: 'application/xml',
      });
      expectOk(answer, `set the CPU type of cluster ${name}`);
      return true;
    },
    complaints: async (name) => {
      const search = encodeURIComponent(`host.name=${name} and severity>=warning sortby time desc`);
      const path = `${EVENTS_PATH}?search=${search}&max=${COMPLAINTS_MAX}`;
      const answer = await trusted({ path, method: 'GET' });
      // An engine without events has no reasons to give.
      return answer.status === 200 ? parseDescriptions(answer.body).slice(0, COMPLAINTS_MAX) : [];
    },
  };
}

interface Call {
  readonly fqdn: string;
  readonly ports: EnginePorts;
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly credentials?: EngineCredentials;
  readonly body?: string;
  readonly type?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly fqdn: string;
}

function send(call: Call): Promise<Answer> {
  const { fqdn, ports, credentials } = call;
  const unreachable = (why: string, cause?: unknown): HeError =>
    new HeError('HE_ENGINE_UNREACHABLE', `the engine at ${fqdn} does not answer: ${why}`, {
      remedy: 'look at `hosted-engine --vm-status`',
      details: { why },
      cause,
    });
  if (call.signal?.aborted === true) return Promise.reject(unreachable('aborted'));
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { host: fqdn };
    if (call.accept !== undefined) headers['accept'] = call.accept;
    if (call.type !== undefined) headers['content-type'] = call.type;
    if (call.body !== undefined) headers['content-length'] = String(Buffer.byteLength(call.body));
    const shared = {
      host: ports.address ?? fqdn,
      path: call.path,
      method: call.method,
      headers,
      agent: false as const,
    };
    const onAnswer = (message: IncomingMessage): void => {
      readBody(message).then(
        (body) => resolve({ status: message.statusCode ?? 0, body, fqdn }),
        (thrown: unknown) => reject(unreachable(messageOf(thrown), thrown)),
      );
    };
    const request =
      credentials === undefined
        ? httpRequest({ ...shared, port: ports.http }, onAnswer)
        : httpsRequest(
            {
              ...shared,
              port: ports.https,
              servername: fqdn,
              ca: credentials.ca,
              auth: `admin@internal:${credentials.password}`,
            },
            onAnswer,
          );
    const timer = setTimeout(() => request.destroy(new Error('no answer in time')), TIMEOUT_MS);
    const onAbort = (): void => {
      request.destroy(new Error('aborted'));
    };
    call.signal?.addEventListener('abort', onAbort, { once: true });
    request.on('error', (thrown) => reject(unreachable(thrown.message, thrown)));
    request.on('close', () => {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
    });
    request.end(call.body);
  });
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_SIZE_MAX) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function expectOk(answer: Answer, what: string): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const why =
    answer.status === 401
      ? "the password of 'admin@internal' is wrong"
      : faultText(answer.body, answer.status);
  throw new HeError('HE_ENGINE_REFUSED', `the engine at ${answer.fqdn} did not ${what}: ${why}`, {
    details: { status: answer.status },
    ...(answer.status === 401 ? { remedy: 'check OVEHOSTED_ENGINE/adminPassword' } : {}),
  });
}

async function settled(answer: Promise<Answer>): Promise<Answer | HeError> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof HeError) return thrown;
    throw thrown;
  }
}

function health(answer: Answer | HeError): EngineHealth {
  if (answer instanceof HeError) {
    return { kind: 'unreachable', why: String(answer.details['why'] ?? answer.message) };
  }
  const text = answer.body.trim();
  if (answer.status === 200 && text.includes(HEALTHY)) return { kind: 'up', text };
  return { kind: 'down', text: text === '' ? `HTTP status ${answer.status}` : text };
}
