import { get } from 'node:http';
import type { EngineProbe, EngineVerdict } from '@hosted-engine/ports';

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
const OWN_FAULTS: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
]);

/** The liveliness check: plain HTTP, success only when the body tells that the database is up. */
export function createEngineProbe(options: EngineProbeOptions): EngineProbe {
  const timeoutMs = options.timeoutMs ?? 20_000;
  return {
    check: () =>
      new Promise<EngineVerdict>((resolve) => {
        const signal = AbortSignal.timeout(timeoutMs);
        const request = get(
          {
            host: options.fqdn,
            port: options.port ?? 80,
            path: PATH,
            headers: { connection: 'close' },
            agent: false,
            signal,
          },
          (response) => {
            let body = '';
            response.setEncoding('utf8');
            response.on('data', (chunk: string) => {
              if (body.length < BODY_MAX) body += chunk;
            });
            response.on('end', () => resolve(verdictOf(response.statusCode ?? 0, body)));
            response.on('error', (error) => resolve(failed(error, signal, timeoutMs)));
          },
        );
        request.on('error', (error) => resolve(failed(error, signal, timeoutMs)));
      }),
  };
}

function verdictOf(status: number, body: string): EngineVerdict {
  if (status === 200 && body.includes('DB Up')) return { health: 'good', why: body.trim() };
  return { health: 'bad', why: `HTTP ${status}: ${body.trim().slice(0, 80)}` };
}

function failed(error: Error, signal: AbortSignal, timeoutMs: number): EngineVerdict {
  if (signal.aborted) return { health: 'bad', why: `no answer within ${timeoutMs / 1000} s` };
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const health = OWN_FAULTS.has(code) ? 'unknown' : 'bad';
  return { health, why: error.message };
}
