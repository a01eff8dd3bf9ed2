import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusingTables } from '../../src/adapters/firewall.js';

const ruleset = (...items: readonly object[]): string => JSON.stringify({ nftables: items });
const input = (table: string, policy = 'accept') => ({
  chain: { family: 'ip', table, name: 'INPUT', type: 'filter', hook: 'input', policy },
});
const rule = (table: string, chain: string, verdict: object) => ({
  rule: { family: 'ip', table, chain, expr: [verdict] },
});

describe('rules of others', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['no rules at all', ruleset({ metainfo: {} }), []],
    ['a chain that refuses by policy', ruleset(input('filter', 'drop')), ['ip filter']],
    [
      'a rule that rejects',
      ruleset(input('filter'), rule('filter', 'INPUT', { reject: { type: 'icmp' } })),
      ['ip filter'],
    ],
    [
      'a jump to rules that drop',
      ruleset(
        input('filter'),
        rule('filter', 'INPUT', { jump: { target: 'X' } }),
        rule('filter', 'X', { drop: null }),
      ),
      ['ip filter'],
    ],
    [
      "libvirt's chains, which only let in",
      ruleset(
        input('filter'),
        rule('filter', 'INPUT', { jump: { target: 'LIBVIRT_INP' } }),
        rule('filter', 'LIBVIRT_INP', { accept: null }),
      ),
      [],
    ],
    [
      "a container engine's rules, for what is forwarded",
      ruleset(input('filter'), rule('filter', 'FORWARD', { drop: null })),
      [],
    ],
    [
      'our own table',
      ruleset(input('hosted_engine', 'drop'), rule('hosted_engine', 'INPUT', { drop: null })),
      [],
    ],
  ];
  for (const [what, text, expected] of cases) {
    it(what, () => assert.deepEqual(refusingTables(text), expected));
  }
});
