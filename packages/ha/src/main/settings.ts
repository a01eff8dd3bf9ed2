import { existsSync, readFileSync } from 'node:fs';
import {
  type HostedEngineConf,
  parseHaConf,
  parseHostedEngineConf,
  parseVdsmConf,
} from '@hosted-engine/formats';
import { createFaultLog, HeError, isErrno, type Log, messageOf } from '@hosted-engine/ports';
import type { TlsFiles } from '@hosted-engine/vdsm';
import { type AgentConf, parseAgentConf } from '../config/agent-conf.js';
import type { LocalMaintenance } from '../loop.js';
import { PATHS } from './paths.js';

/** All that is read from this host's files at the start. */
export interface Settings {
  readonly conf: HostedEngineConf;
  readonly agent: AgentConf;
  readonly tls: TlsFiles | undefined;
  readonly hostdPort: number;
  readonly emulation: boolean;
  readonly ioTimeoutS: number;
}

/** Throws HeError or FormatError that names the file and the key. */
export function readSettings(): Settings {
  const confText = readOptional(PATHS.hostedEngineConf);
  if (confText === undefined) {
    throw new HeError('HE_NOT_DEPLOYED', `${PATHS.hostedEngineConf} does not exist`, {
      remedy: 'Run hosted-engine --deploy on this host first.',
    });
  }
  const conf = parseHostedEngineConf(confText, PATHS.hostedEngineConf);
  const vdsm = parseVdsmConf(readOptional(PATHS.vdsmConf) ?? '', PATHS.vdsmConf);
  return {
    conf,
    agent: parseAgentConf(readOptional(PATHS.agentConf) ?? '', PATHS.agentConf),
    tls: conf.vdsmUseSsl ? readTls() : undefined,
    hostdPort: vdsm.managementPort,
    emulation: vdsm.allowEmulation,
    ioTimeoutS: vdsm.sanlockIoTimeoutS,
  };
}

/** Reads ha.conf anew at each call: a small local file that tools and the host daemon edit. */
export function localMaintenanceReader(log: Log): () => LocalMaintenance {
  let last: LocalMaintenance = { on: false, forced: false };
  const fault = createFaultLog(log);
  return () => {
    try {
      const conf = parseHaConf(readOptional(PATHS.haConf) ?? '', PATHS.haConf);
      last = { on: conf.localMaintenance, forced: conf.localMaintenanceForced };
      fault.works();
    } catch (error) {
      fault.fails(messageOf(error));
    }
    return last;
  };
}

function readTls(): TlsFiles {
  return {
    ca: readFileSync(PATHS.pki.ca, 'utf8'),
    cert: readFileSync(PATHS.pki.cert, 'utf8'),
    key: readFileSync(PATHS.pki.key, 'utf8'),
  };
}

function readOptional(path: string): string | undefined {
  // Asked first: an exception for each look at a file that is not there costs ten times the look.
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
