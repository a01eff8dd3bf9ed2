import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseVdsmConf } from '../src/index.js';

it('has VDSM’s defaults', () => {
  assert.deepEqual(parseVdsmConf('', 'vdsm.conf'), {
    ssl: true,
    managementPort: 54321,
    managementIp: undefined,
    sanlockIoTimeoutS: 10,
    allowEmulation: false,
  });
});

it('reads the keys that count and leaves others alone', () => {
  const conf = parseVdsmConf(
    '[vars]\nssl = false\nother = 1\n[addresses]\nmanagement_port = 1234\nmanagement_ip = ::1\n' +
      '[sanlock]\nio_timeout = 1\n[devel]\nallow_emulation = Yes\n',
    'vdsm.conf',
  );
  assert.deepEqual(conf, {
    ssl: false,
    managementPort: 1234,
    managementIp: '::1',
    sanlockIoTimeoutS: 1,
    allowEmulation: true,
  });
});

it('names every value that makes no sense', () => {
  const text =
    '[vars]\nssl = maybe\n[addresses]\nmanagement_port = 70000\n[sanlock]\nio_timeout = 0\n';
  assert.throws(() => parseVdsmConf(text, 'vdsm.conf'), {
    message: [
      'vdsm.conf: [vars] ssl: is neither true nor false',
      'vdsm.conf: [addresses] management_port: is no whole number between 1 and 65535',
      'vdsm.conf: [sanlock] io_timeout: is no whole number between 1 and 120',
    ].join('\n'),
  });
});
