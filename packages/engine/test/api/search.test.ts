import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../src/api/reply.js';
import { applySearch, parseSearch } from '../../src/api/search.js';

const FIELDS = ['name', 'status'];
const ITEMS = [
  { name: 'host1', status: 'up' },
  { name: 'host2', status: 'connecting' },
  { name: 'other host', status: 'up' },
];

const SCALES = { status: ['connecting', 'up'] };

function found(query: string, isCaseSensitive = true): string[] {
  const search = parseSearch(query, FIELDS, SCALES);
  const fieldOf = (item: (typeof ITEMS)[number], field: string): string =>
    field === 'name' ? item.name : item.status;
  return applySearch(search, ITEMS, fieldOf, isCaseSensitive, SCALES).map((item) => item.name);
}

const CASES: readonly [string, readonly string[]][] = [
  ['', ['host1', 'host2', 'other host']],
  ['name=host1', ['host1']],
  ['name = "other host"', ['other host']],
  ['name=host*', ['host1', 'host2']],
  ['name=*o*t', ['other host']],
  ['name=h*1*1', []],
  ['name!=host1', ['host2', 'other host']],
  ['name=host* and status=up', ['host1']],
  ['name=host2 or status=up and name=o*', ['host2', 'other host']],
  ['name="nothing"', []],
  ['sortby name desc', ['other host', 'host2', 'host1']],
  ['status=up sortby name desc page 1', ['other host', 'host1']],
  ['page 2', []],
  ['status>=up', ['host1', 'other host']],
  ['status > connecting and name!=host1', ['other host']],
  ['status<up', ['host2']],
  ['status<=Connecting', ['host2']],
];

for (const [query, names] of CASES) {
  test(`"${query}" finds ${names.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(found(query), names);
  });
}

test('letter case counts unless the client says otherwise', () => {
  assert.deepEqual(found('name=HOST1'), []);
  assert.deepEqual(found('name=HOST1', false), ['host1']);
});

for (const query of [
  'name',
  'name=',
  'name=a status=up',
  'size=1',
  'name=a and',
  'name="a',
  'name>=a',
  'status>=x',
]) {
  test(`"${query}" is refused with 400`, () => {
    assert.throws(
      () => parseSearch(query, FIELDS),
      (error) => error instanceof Fault && error.status === 400,
    );
  });
}
