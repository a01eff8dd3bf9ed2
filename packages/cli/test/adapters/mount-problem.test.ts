import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountProblem } from '../../src/adapters/mount-problem.js';

const target = {
  domainType: 'nfs',
  connection: 'nas.lab.test:/exports/he',
  vfsType: undefined,
  mountOptions: 'vers=4.2',
};

const CASES: readonly (readonly [string, RegExp, RegExp])[] = [
  [
    'mount.nfs: access denied by server while mounting nas.lab.test:/exports/he',
    /does not let this host mount it/,
    /'\/exports\/he \*\(rw,all_squash/,
  ],
  [
    'mount.nfs: Failed to resolve server nas.lab.test: Name or service not known',
    /name of the server cannot be resolved/,
    /DNS or \/etc\/hosts/,
  ],
  ['mount.nfs: Connection refused', /no NFS service answers/, /2049/],
  ['mount.nfs: No route to host', /no network path/, /check the network/],
  ['mount.nfs: Connection timed out', /does not answer in time/, /firewall/],
  ['mount did not finish within 60000 ms', /does not answer in time/, /firewall/],
  ['mount.nfs: Protocol not supported', /does not speak this version/, /nfs3, nfs4/],
  ['mount: unknown filesystem type', /cannot mount file systems of type nfs/, /nfs-common/],
  ['mount.nfs: an incorrect mount option was specified', /not accepted \(vers=4.2\)/, /mntOptions/],
  [
    'mount.nfs: mounting nas.lab.test:/exports/he failed, reason given by server: No such file or directory',
    /no such directory/,
    /typing errors/,
  ],
  ['mount.nfs: something unheard of', /^mount.nfs: something unheard of$/, /check the server/],
];

for (const [said, why, remedy] of CASES) {
  test(`"${said}" is told in words that help`, () => {
    const problem = mountProblem(said, target);
    assert.match(problem.why, why);
    assert.match(problem.remedy, remedy);
  });
}
