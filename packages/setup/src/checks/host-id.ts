import { HeError, HOST_ID_MAX } from '@hosted-engine/ports';

/** Who has a host id already, as the shared storage tells. */
export interface HostIdUse {
  readonly hostId: number;
  /** For the message: "host1.example (id 2)" and the like. */
  readonly by: string;
  /** As its slot gives it; a lease alone has no name of a host. */
  readonly hostname?: string;
  /** It was this very host, in an earlier life. */
  readonly isSelf: boolean;
}

export interface HostIdRequest {
  /** As answered; undefined: the lowest free one. */
  readonly wanted: number | undefined;
  readonly uses: readonly HostIdUse[];
  /** This host may take over an id that was its own. */
  readonly mayReuseOwn: boolean;
}

/**
 * The host id of an additional host. HE_HOST_ID_TAKEN when the wanted one is in use. Id 1 is the first
 * host's for good, even while its slot is unreadable.
 */
export function chooseHostId(request: HostIdRequest): number {
  const { wanted, uses, mayReuseOwn } = request;
  const taken = new Map(uses.map((use) => [use.hostId, use]));
  const isFree = (id: number): boolean => {
    const use = taken.get(id);
    return use === undefined || (mayReuseOwn && use.isSelf);
  };
  const own = mayReuseOwn ? uses.find((use) => use.isSelf && use.hostId !== 1) : undefined;
  if (wanted === undefined) return own?.hostId ?? lowestFree(isFree);
  if (wanted === 1 && !(mayReuseOwn && taken.get(1)?.isSelf === true)) {
    const name = taken.get(1)?.hostname;
    const first = name === undefined ? 'the first host' : `the first host (${name})`;
    throw takenError(1, first, lowestFree(isFree));
  }
  if (isFree(wanted)) return wanted;
  throw takenError(wanted, taken.get(wanted)?.by ?? 'another host', lowestFree(isFree));
}

function lowestFree(isFree: (id: number) => boolean): number {
  for (let id = 2; id <= HOST_ID_MAX; id += 1) {
    if (isFree(id)) return id;
  }
  throw new HeError('HE_HOST_ID_TAKEN', `all host ids up to ${HOST_ID_MAX} are in use`);
}

function takenError(id: number, by: string, free: number): HeError {
  return new HeError('HE_HOST_ID_TAKEN', `host id ${id} is in use by ${by}`, {
    remedy:
      `give OVEHOSTED_STORAGE/hostID=int:${free}, or leave it out and the lowest free id is taken; ` +
      'to set up a former host again under its id, give OVEHOSTED_CORE/additionalHostReDeployment=bool:True on that host',
    details: { hostId: id, free },
  });
}
