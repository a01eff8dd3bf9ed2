import { get } from 'node:http';
import { type EngineProbe, type EngineVerdict, isErrno } from '@hosted-engine/ports';

export interface EngineProbeOptions {
  readonly fqdn: string;
  /** @default 80 */
  readonly port?: number;
  /** ha-daemon.md 3. @default 20000 */
  readonly timeoutMs?: number;
}

const PATH = '/ovirt-engine/services/health';
const BODY_MAX = 4096;
/** This host could not ask: no resolver, no route, no address of its own. Says nothing of the engine. */
const OWN_FAULTS = ['EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL'];

/** The liveliness check: plain HTTP, success only when the body tells that the database is up. */
export function createEngineProbe(options: EngineProbeOptions): EngineProbe {
  const timeoutMs = options.timeoutMs ?? 20_000;
  return {
    check: () =>
      new Promise<EngineVerdict>((resolve) => {
        let isLate = false;
        const request = get(
          {
            host: options.fqdn,
            port: options.port ?? 80,
            path: PATH,
            headers: { connection: 'close' },
            agent: false,
          },
          (response) => {
            let body = '';
            response.setEncoding('utf8');
            response.on('data', (chunk: string) => {
              if (body.length < BODY_MAX) body += chunk;
            });
            response.on('end', () => resolve(verdictOf(response.statusCode ?? 0, body)));
            response.on('error', (error) => resolve(failed(error)));
          },
        );
        request.on('error', (error) => resolve(failed(error)));
        const timer = setTimeout(() => {
          isLate = true;
          request.destroy();
        }, timeoutMs);
        request.on('close', () => clearTimeout(timer));

        function failed(error: Error): EngineVerdict {
          if (isLate) return { health: 'bad', why: `no answer within ${timeoutMs / 1000} s` };
          const health = isErrno(error, ...OWN_FAULTS) ? 'unknown' : 'bad';
          return { health, why: error.message };
        }
      }),
  };
}

function verdictOf(status: number, body: string): EngineVerdict {
  if (status === 200 && body.includes('DB Up')) return { health: 'good', why: body.trim() };
  return { health: 'bad', why: `HTTP ${status}: ${body.trim().slice(0, 80)}` };
}
