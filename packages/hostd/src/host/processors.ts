/** What /proc/cpuinfo tells of the processors. */
export interface Processors {
  readonly model: string;
  readonly mhz: string;
  readonly flags: readonly string[];
  readonly online: readonly number[];
  readonly threads: number;
  readonly cores: number;
  readonly sockets: number;
}

export function parseCpuInfo(text: string): Processors {
  const blocks = text
    .split('\n\n')
    .map(fieldsOf)
    .filter((fields) => fields.has('processor'));
  const [first] = blocks;
  const sockets = new Set(blocks.map((fields) => fields.get('physical id') ?? '0'));
  // Without core ids (virtual machines, other architectures) each thread counts as a core.
  const cores = new Set(
    blocks.map(
      (fields) =>
        `${fields.get('physical id') ?? '0'}/${fields.get('core id') ?? fields.get('processor')}`,
    ),
  );
  return {
    model: first?.get('model name') ?? '',
    mhz: first?.get('cpu MHz') ?? '0',
    flags: (first?.get('flags') ?? first?.get('Features') ?? '').split(' ').filter(Boolean),
    online: blocks.map((fields) => Number(fields.get('processor'))),
    threads: blocks.length,
    cores: cores.size,
    sockets: sockets.size,
  };
}

function fieldsOf(block: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  return fields;
}
