/** `<vol>.meta` of a V5 domain (vdsm.md C4): at most 512 bytes of sorted lines, the last one EOF. */
import { VDSM_CODE, VdsmError } from '@hosted-engine/vdsm';

export interface VolumeMetadata {
  /** Virtual size in bytes. */
  readonly capacity: number;
  /** Epoch seconds. */
  readonly ctimeS: number;
  readonly description: string;
  readonly diskType: string;
  readonly domain: string;
  readonly format: 'RAW' | 'COW';
  readonly generation: number;
  readonly image: string;
  readonly legality: 'LEGAL' | 'ILLEGAL' | 'FAKE';
  readonly parent: string;
  readonly sequence: number;
  readonly type: 'SPARSE' | 'PREALLOCATED';
  readonly volType: 'LEAF' | 'INTERNAL' | 'SHARED';
}

export const METADATA_SIZE_MAX = 512;
const DESCRIPTION_LENGTH_MAX = 210;

/** The file's text. A long description is cut to what fits; VdsmError 1000 for one with line breaks. */
export function formatVolumeMetadata(metadata: VolumeMetadata): string {
  if (/[\n\r\0]/.test(metadata.description)) {
    throw new VdsmError(
      VDSM_CODE.storageInvalidParameter,
      'Invalid parameter: the volume description has line breaks',
    );
  }
  const characters = [...metadata.description].slice(0, DESCRIPTION_LENGTH_MAX);
  for (;;) {
    const text = textOf(metadata, characters.join(''));
    const excess = Buffer.byteLength(text) - METADATA_SIZE_MAX;
    if (excess <= 0) return text;
    if (characters.length === 0) {
      throw new VdsmError(VDSM_CODE.metadataValidation, 'Volume metadata does not fit');
    }
    // A character has up to four bytes; another turn takes what is still too much.
    characters.splice(characters.length - Math.ceil(excess / 4));
  }
}

function textOf(metadata: VolumeMetadata, description: string): string {
  return [
    `CAP=${metadata.capacity}`,
    `CTIME=${metadata.ctimeS}`,
    `DESCRIPTION=${description}`,
    `DISKTYPE=${metadata.diskType}`,
    `DOMAIN=${metadata.domain}`,
    `FORMAT=${metadata.format}`,
    `GEN=${metadata.generation}`,
    `IMAGE=${metadata.image}`,
    `LEGALITY=${metadata.legality}`,
    `PUUID=${metadata.parent}`,
    `SEQ=${metadata.sequence}`,
    `TYPE=${metadata.type}`,
    `VOLTYPE=${metadata.volType}`,
    'EOF',
    '',
  ].join('\n');
}

/** VdsmError 751 for a missing or bad key. */
export function parseVolumeMetadata(text: string): VolumeMetadata {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.trim() === 'EOF') break;
    const at = line.indexOf('=');
    if (at >= 0) values.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  const required = (key: string): string => {
    const value = values.get(key);
    if (value === undefined) throw bad(key, 'is missing');
    return value;
  };
  const integer = (key: string, value: string): number => {
    if (!/^\d+$/.test(value)) throw bad(key, `is not a number: ${value}`);
    return Number(value);
  };
  const oneOf = <T extends string>(key: string, allowed: readonly T[]): T => {
    const value = required(key);
    const found = allowed.find((name) => name === value);
    if (found === undefined) throw bad(key, `has an unknown value: ${value}`);
    return found;
  };
  return {
    capacity: integer('CAP', required('CAP')),
    ctimeS: integer('CTIME', required('CTIME')),
    description: required('DESCRIPTION'),
    diskType: required('DISKTYPE'),
    domain: required('DOMAIN'),
    format: oneOf('FORMAT', ['RAW', 'COW']),
    generation: integer('GEN', values.get('GEN') ?? '0'),
    image: required('IMAGE'),
    legality: oneOf('LEGALITY', ['LEGAL', 'ILLEGAL', 'FAKE']),
    parent: required('PUUID'),
    sequence: integer('SEQ', values.get('SEQ') ?? '0'),
    type: oneOf('TYPE', ['SPARSE', 'PREALLOCATED']),
    volType: oneOf('VOLTYPE', ['LEAF', 'INTERNAL', 'SHARED']),
  };
}

function bad(key: string, what: string): VdsmError {
  return new VdsmError(VDSM_CODE.metadataBad, `Volume metadata key ${key} ${what}`);
}
