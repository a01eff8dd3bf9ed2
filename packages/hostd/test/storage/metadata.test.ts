import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VdsmError } from '@hosted-engine/vdsm';
import fc from 'fast-check';
import {
  formatDomainMetadata,
  formatPoolDomains,
  parseDomainMetadata,
  poolDomainsOf,
} from '../../src/storage/domain-metadata.js';
import {
  formatVolumeMetadata,
  METADATA_SIZE_MAX,
  parseVolumeMetadata,
  type VolumeMetadata,
} from '../../src/storage/volume-metadata.js';

// vdsm.md C3, computed by VDSM's own code.
const VECTOR = `ALIGNMENT=1048576
BLOCK_SIZE=512
CLASS=Data
DESCRIPTION=hosted_storage
IOOPTIMEOUTSEC=10
LEASERETRIES=3
LEASETIMESEC=60
LOCKPOLICY=
LOCKRENEWALINTERVALSEC=5
POOL_UUID=b9c996f2-5d39-409e-9e76-df7c906c1c6f
REMOTE_PATH=server:/export
ROLE=Regular
SDUUID=21d36d5b-a88b-44b1-887a-83f230505886
TYPE=NFS
VERSION=5
_SHA_CKSUM=cc9b04f7d5eff773f7ee6c354a72ab77e216c3c4
`;

const code = (expected: number) => (error: unknown) =>
  error instanceof VdsmError && error.code === expected;

describe('domain metadata', () => {
  it('agrees with the checksum that VDSM computes', () => {
    const values = parseDomainMetadata(VECTOR);
    assert.equal(values.get('SDUUID'), '21d36d5b-a88b-44b1-887a-83f230505886');
    assert.equal(formatDomainMetadata(values), VECTOR);
  });

  it('refuses a changed text with 752, and trusts one without a checksum', () => {
    assert.throws(() => parseDomainMetadata(VECTOR.replace('VERSION=5', 'VERSION=4')), code(752));
    const bare = VECTOR.replace(/_SHA.*\n/, '');
    assert.equal(parseDomainMetadata(bare).get('VERSION'), '5');
  });

  it('ignores trailing NULs and lines without "="', () => {
    assert.equal(parseDomainMetadata(`${VECTOR}noise\n\0\0\0`).size, 15);
  });

  it('returns any values it was given', () => {
    const key = fc.stringMatching(/^[A-Z][A-Z_]{0,20}$/);
    const value = fc
      .string({ unit: 'grapheme', maxLength: 60 })
      .map((text) => text.replace(/[\n\r\0]/g, '').trim());
    fc.assert(
      fc.property(fc.dictionary(key, value), (record) => {
        const values = new Map(Object.entries(record));
        assert.deepEqual(
          [...parseDomainMetadata(formatDomainMetadata(values))].sort(),
          [...values].sort(),
        );
      }),
    );
  });

  it('keeps the list of a pool’s domains', () => {
    const domains = new Map([
      ['a', 'Active'],
      ['b', 'Attached'],
    ] as const);
    const text = formatPoolDomains(domains);
    assert.equal(text, 'a:Active,b:Attached');
    assert.deepEqual(poolDomainsOf(new Map([['POOL_DOMAINS', text]])), domains);
  });
});

const VOLUME: VolumeMetadata = {
  capacity: 1048576,
  ctimeS: 1795419970,
  description: 'hosted-engine.lockspace',
  diskType: 'HESD',
  domain: '21d36d5b-a88b-44b1-887a-83f230505886',
  format: 'RAW',
  generation: 0,
  image: 'b9c996f2-5d39-409e-9e76-df7c906c1c6f',
  legality: 'LEGAL',
  parent: '00000000-0000-0000-0000-000000000000',
  sequence: 0,
  type: 'SPARSE',
  volType: 'LEAF',
};

describe('volume metadata', () => {
  it('has the lines of vdsm.md C4', () => {
    const lines = formatVolumeMetadata(VOLUME).split('\n');
    assert.equal(lines[0], 'CAP=1048576');
    assert.equal(lines.at(-2), 'EOF');
    const keys = lines.slice(0, -2).map((line) => line.split('=')[0]);
    assert.deepEqual(keys, [...keys].sort());
  });

  it('round-trips, and fits 512 bytes whatever the description', () => {
    const description = fc
      .string({ unit: 'grapheme', maxLength: 400 })
      .map((text) => text.replace(/[\n\r\0]/g, '').trim());
    fc.assert(
      fc.property(description, fc.nat(), fc.nat(999), (text, capacity, generation) => {
        const volume = { ...VOLUME, description: text, capacity, generation };
        const formatted = formatVolumeMetadata(volume);
        assert.ok(Buffer.byteLength(formatted) <= METADATA_SIZE_MAX);
        const parsed = parseVolumeMetadata(formatted);
        assert.ok(text.startsWith(parsed.description.trimEnd()));
        assert.deepEqual({ ...parsed, description: '' }, { ...volume, description: '' });
        if ([...text].length <= 20) assert.equal(parsed.description, text);
      }),
    );
  });

  it('refuses missing and bad keys with 751', () => {
    const text = formatVolumeMetadata(VOLUME);
    assert.throws(() => parseVolumeMetadata(text.replace(/^CAP=.*\n/, '')), code(751));
    assert.throws(() => parseVolumeMetadata(text.replace('FORMAT=RAW', 'FORMAT=X')), code(751));
    assert.throws(() => parseVolumeMetadata(text.replace(/CAP=\d+/, 'CAP=-1')), code(751));
  });

  it('refuses line breaks in a description', () => {
    assert.throws(
      () => formatVolumeMetadata({ ...VOLUME, description: 'a\nLEGALITY=x' }),
      code(1000),
    );
  });
});
