import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { HeError } from '@hosted-engine/ports';
import { ENGINE_FQDN } from '../network-plan.js';

export interface EngineReply {
  readonly status: number;
  readonly body: string;
}

export interface EngineRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** @default 5000 */
  readonly timeoutMs?: number;
}

/** What the engine's health page says when its database answers. */
export const HEALTHY = 'DB Up!Welcome to Health Status!';
export const HEALTH_PATH = '/ovirt-engine/services/health';

type Send = typeof httpRequest;

function send(
  start: Send,
  request: EngineRequest,
  options: Readonly<Record<string, unknown>>,
): Promise<EngineReply> {
  const timeoutMs = request.timeoutMs ?? 5000;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(
        new HeError('HE_ENGINE_UNREACHABLE', `the engine does not answer: ${error.message}`, {
          cause: error,
        }),
      );
    const sent = start(
      {
        ...options,
        host: ENGINE_FQDN,
        method: request.method ?? 'GET',
        path: request.path,
        headers: { Host: ENGINE_FQDN, ...request.headers },
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          body += piece;
        });
        response.on('error', fail);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    sent.on('error', fail);
    sent.end(request.body);
  });
}

/** Asks the engine over plain http through the site's relay socket. Rejects with HE_ENGINE_UNREACHABLE. */
export function askEngine(socketPath: string, request: EngineRequest): Promise<EngineReply> {
  return send(httpRequest, request, { socketPath });
}

/** As askEngine, over TLS checked against the cluster's CA. */
export function askEngineSecurely(
  socketPath: string,
  ca: string,
  request: EngineRequest,
): Promise<EngineReply> {
  return send(httpsRequest as Send, request, { socketPath, ca, servername: ENGINE_FQDN });
}
