import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PATHS, UNITS } from '../src/paths.js';
import { deployFirst } from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

describe('what live migration needs of a host', () => {
  test('libvirtd and QEMU have the host’s certificate under the names they look for', async () => {
    const host = new FakeHost(1);
    host.files.put(PATHS.libvirtdConf, 'listen_tls = 0\nunix_sock_group = "libvirt"\n');
    await deployFirst(host);
    assert.equal(
      host.files.text(PATHS.libvirtdConf),
      `unix_sock_group = "libvirt"\nlisten_tls = 1\nca_file = "${PATHS.caCert}"\n` +
        `cert_file = "${PATHS.hostCert}"\nkey_file = "${PATHS.hostKey}"\n`,
    );
    const qemu = host.files.text(PATHS.qemuConf) ?? '';
    assert.ok(qemu.includes(`migrate_tls_x509_cert_dir = "${PATHS.migrationPki}"`));
    const names = ['clientkey.pem', 'client-key.pem', 'server-key.pem'];
    for (const name of names) {
      const path = `${PATHS.migrationPki}/${name}`;
      assert.equal(host.files.text(path), host.files.text(PATHS.hostKey));
      assert.equal(((await host.files.modeOf(path)) ?? 0o777) & 0o007, 0, 'nobody else reads it');
    }
  });

  test('without sockets of systemd libvirtd is restarted', async () => {
    const host = new FakeHost(1);
    await deployFirst(host);
    assert.ok(host.services.jobs.includes(`restart ${UNITS.libvirt}`));
    assert.ok(!host.services.enabled.has(UNITS.libvirtTlsSocket));
  });

  test('with them, its socket for TLS starts while libvirtd is down', async () => {
    const host = new FakeHost(1);
    host.services.active.add(UNITS.libvirtSocket);
    await deployFirst(host);
    const jobs = host.services.jobs.join(', ');
    const order = `stop ${UNITS.libvirt}, start ${UNITS.libvirtTlsSocket}, start ${UNITS.libvirt}`;
    assert.ok(jobs.includes(order), jobs);
    assert.ok(host.services.enabled.has(UNITS.libvirtTlsSocket));
  });
});
