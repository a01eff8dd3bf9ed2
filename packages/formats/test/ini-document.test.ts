import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FormatError, IniDocument } from '../src/index.js';

const BROKER = `# Mail and notifications
[email]
smtp-server = localhost
smtp-port: 25
; who gets it
destination-emails = root@localhost,
    admin@localhost

[notify]
state_transition = maintenance|start|stop
`;

const value = fc
  .array(
    fc
      .string()
      .map((text) => text.trim())
      .filter((text) => !/[\r\n]/.test(text) && !/^[#;]/.test(text)),
    { maxLength: 3 },
  )
  .map((lines) => lines.join('\n').trim());
const name = fc.stringMatching(/^[a-z][a-z_-]{0,8}$/);

describe('INI document', () => {
  test('reads both delimiters, continuations, and option names in any case', () => {
    const document = IniDocument.parse(BROKER, 'broker.conf');
    assert.equal(document.get('email', 'SMTP-port'), '25');
    assert.equal(document.get('email', 'destination-emails'), 'root@localhost,\nadmin@localhost');
    assert.equal(document.get('email', 'none'), undefined);
    assert.equal(document.get('Email', 'smtp-port'), undefined);
    assert.deepEqual(document.sections, ['email', 'notify']);
    assert.equal(document.section('email').size, 3);
  });

  test('an unchanged document is the same text', () => {
    assert.equal(IniDocument.parse(BROKER, 'broker.conf').toString(), BROKER);
  });

  test('a change touches its own lines only', () => {
    const changed = IniDocument.parse(BROKER, 'broker.conf')
      .with('email', 'smtp-port', '587')
      .with('email', 'destination-emails', 'ops@lab')
      .with('email', 'source-email', 'he@lab')
      .with('score', 'base-score', '3400');
    assert.equal(
      changed.toString(),
      `# Mail and notifications
[email]
smtp-server = localhost
smtp-port: 587
; who gets it
destination-emails = ops@lab
source-email = he@lab

[notify]
state_transition = maintenance|start|stop

[score]
base-score = 3400
`,
    );
  });

  test('gives back whatever was set', () => {
    const changes = fc.array(fc.tuple(name, name, value), { maxLength: 8 });
    fc.assert(
      fc.property(changes, (list) => {
        let document = IniDocument.parse('', 'x.conf');
        const expected = new Map<string, string>();
        for (const [section, key, text] of list) {
          document = document.with(section, key, text);
          expected.set(`${section} ${key}`, text);
        }
        const again = IniDocument.parse(document.toString(), 'x.conf');
        for (const [path, text] of expected) {
          const [section = '', key = ''] = path.split(' ');
          assert.equal(again.get(section, key), text);
        }
      }),
    );
  });

  test('what cannot be kept is refused', () => {
    const document = IniDocument.parse('', 'x.conf');
    for (const text of [' a', 'a\n# b', 'a\rb', 'a ']) {
      assert.throws(() => document.with('s', 'k', text), FormatError, JSON.stringify(text));
    }
    assert.throws(() => document.with('s', 'k=v', 'x'), FormatError);
    assert.throws(() => document.with('s]', 'k', 'x'), FormatError);
  });

  test('lines that cannot be read are named', () => {
    assert.throws(
      () => IniDocument.parse('[a]\nx=1\njunk\n', 'vdsm.conf'),
      /^FormatError: vdsm\.conf:3: /,
    );
  });
});
