import { constants } from 'node:os';

/** sanlock's own results (sanlock_rv.h), below the range of errno. */
const SANLOCK_NAMES: Readonly<Record<number, string>> = {
  201: 'SANLK_ERROR',
  202: 'SANLK_AIO_TIMEOUT',
  203: 'SANLK_WD_ERROR',
  210: 'SANLK_DBLOCK_READ',
  211: 'SANLK_DBLOCK_WRITE',
  212: 'SANLK_DBLOCK_LVER',
  213: 'SANLK_DBLOCK_MBAL',
  214: 'SANLK_DBLOCK_CHECKSUM',
  220: 'SANLK_LEADER_READ',
  221: 'SANLK_LEADER_WRITE',
  222: 'SANLK_LEADER_DIFF',
  223: 'SANLK_LEADER_MAGIC',
  224: 'SANLK_LEADER_VERSION',
  225: 'SANLK_LEADER_SECTORSIZE',
  226: 'SANLK_LEADER_LOCKSPACE',
  227: 'SANLK_LEADER_RESOURCE',
  228: 'SANLK_LEADER_NUMHOSTS',
  229: 'SANLK_LEADER_CHECKSUM',
  240: 'SANLK_ACQUIRE_LVER',
  241: 'SANLK_ACQUIRE_LOCKSPACE',
  242: 'SANLK_ACQUIRE_IDDISK',
  243: 'SANLK_ACQUIRE_IDLIVE',
  244: 'SANLK_ACQUIRE_OWNED',
  245: 'SANLK_ACQUIRE_OTHER',
  246: 'SANLK_ACQUIRE_SHRETRY',
  250: 'SANLK_RELEASE_LVER',
  251: 'SANLK_RELEASE_OWNER',
  260: 'SANLK_RENEW_OWNER',
  261: 'SANLK_RENEW_DIFF',
  262: 'SANLK_HOSTID_BUSY',
  270: 'SANLK_REQUEST_MAGIC',
  271: 'SANLK_REQUEST_VERSION',
  272: 'SANLK_REQUEST_OLD',
  273: 'SANLK_REQUEST_LVER',
};

/** The name of a negative result, e.g. `SANLK_ACQUIRE_IDLIVE` (-243) or `EEXIST` (-17). */
export function nameOfResult(rv: number): string {
  const positive = -rv;
  const own = SANLOCK_NAMES[positive];
  if (own !== undefined) return own;
  for (const [name, value] of Object.entries(constants.errno)) {
    if (value === positive) return name;
  }
  return `SANLOCK_${rv}`;
}

/** Results that say that no daemon listens, or that it went away during the call. */
export function isDaemonMissing(rv: number): boolean {
  const { ECONNREFUSED, ECONNRESET, EPIPE, ENOTCONN } = constants.errno;
  return [ECONNREFUSED, ECONNRESET, EPIPE, ENOTCONN].includes(-rv);
}
