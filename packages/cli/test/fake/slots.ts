/** A host's slot as an agent writes it; `line` replaces its data. */
export function slotOf(hostId: number, hostname = `host${hostId}.lab.test`): Uint8Array {
  const status = '{"vm": "up", "health": "good", "detail": "Up"}';
  const fields = ['1', '1', '5000', `${hostId}`, '3400', status, hostname, '0', '0'];
  const tail = ['1', '4990'];
  const crc = crc32(Buffer.from([...fields, '00000000', ...tail].join('|')));
  return slotText([...fields, crc, ...tail].join('|'), 'state=EngineUp\nstopped=False\n');
}

export function slotText(line: string, extra = ''): Uint8Array {
  // Characters, not bytes: that is how the original pads.
  const text = `${line.padEnd(512, '\0')}${extra}`;
  const slot = Buffer.alloc(4096);
  slot.write(text, 0, 'utf8');
  return new Uint8Array(slot);
}

function crc32(bytes: Uint8Array): string {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}
