// The engine VM from its media to the hand-over, with a person at the terminal.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeConfigVolume } from '@hosted-engine/formats';
import { createCa, fingerprint, isIssuedBy } from '@hosted-engine/pki';
import { HeError } from '@hosted-engine/ports';
import { DEPLOY_STEPS } from '../src/deploy.js';
import { PATHS } from '../src/paths.js';
import { after, runDeploy, type Told } from './fake/deployment.js';
import { hostWith, starts } from './fake/installed-host.js';

const IMPORT = {
  'OVEHOSTED_STORAGE/imgSizeGB': 'int:31',
  'OVEHOSTED_VM/ovfArchive': `str:${PATHS.appliance}`,
  'OVEHOSTED_VM/vmBoot': undefined,
};

/** What was asked that no answer file holds. */
function closing(told: Told): readonly string[] {
  return told.asked.filter((key) => !key.startsWith('OVEHOSTED_'));
}

describe('an engine VM that is installed', () => {
  test('over the network: from the network once, then from its disk', async () => {
    const host = hostWith({});
    const told = await runDeploy(host, { typed: ['', ''] });
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    assert.deepEqual(closing(told), ['osInstalled', 'engineInstalled']);
    assert.deepEqual(starts(host), ['network', 'disk']);
    assert.deepEqual(host.seeds, [], 'what a person installed is theirs to configure');
    const from = told.lines.indexOf('          Please install the OS on the VM.');
    assert.ok(from > 0 && told.lines.indexOf('[ INFO  ] Creating VM') < from);
    assert.match(told.lines[from - 1] ?? '', /--add-console-password=<password>$/);
    const end = told.lines.indexOf(
      '          Please shutdown the VM allowing the system to launch it as a monitored service.',
    );
    assert.equal(told.lines[end - 1], '[ INFO  ] The VDSM Host is now operational');
    assert.deepEqual(told.lines.slice(end + 1, end + 3), [
      '          The system will wait until the VM is down.',
      '[ INFO  ] Enabling and starting HA services',
    ]);
  });

  test('from a CD, again when the installation went wrong', async () => {
    const media = {
      'OVEHOSTED_VM/vmBoot': 'str:cdrom',
      'OVEHOSTED_VM/vmCDRom': 'str:/isos/os.iso',
    };
    const host = hostWith(media);
    const told = await runDeploy(host, { typed: ['no', 'maybe', 'yes', 'Yes', ''] });
    assert.deepEqual(told.outcome, { kind: 'done' });
    assert.deepEqual(starts(host), ['cdrom /isos/os.iso', 'cdrom /isos/os.iso', 'disk']);
    assert.ok(told.lines.includes('[ ERROR ] Invalid value'));
    assert.match(host.files.text(PATHS.vmConf) ?? '', /path:,device:cdrom/);
  });

  test('given up: everything is undone', async () => {
    const host = hostWith({});
    const before = host.snapshot();
    const told = await runDeploy(host, { typed: ['no', 'no'] });
    assert.equal(told.outcome.kind === 'failed' && told.outcome.error.code, 'HE_ABORTED');
    assert.deepEqual(host.snapshot(), before);
  });

  test('without anybody there: the defaults are taken, and a reboot starts it again', async () => {
    const host = hostWith({});
    let looks = 0;
    host.engine.isUp = () => {
      looks += 1;
      if (looks === 2) host.hostd.shutDownGuests();
      return looks > 3;
    };
    host.onTime = () => {
      const isInstalling = host.hostd.created.length === 1;
      if (isInstalling && host.hostd.calls.includes('VM.setTicket')) host.hostd.shutDownGuests();
    };
    const told = await runDeploy(host);
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    assert.deepEqual(starts(host), ['network', 'disk', 'disk']);
    assert.ok(told.lines.some((line) => /^\[WARNING\] The VM is down \(Shut down from/.test(line)));
  });

  test('a VM that was rebooted meanwhile is started again, and an engine that is not up asked again', async () => {
    const host = hostWith({});
    let questions = 0;
    host.engine.isUp = () => questions >= 3;
    const told = await runDeploy(host, {
      typed: ['', '', '', 'check'],
      onAsk: (key) => {
        if (key === 'engineInstalled' && host.hostd.created.length === 2) {
          host.hostd.shutDownGuests();
        }
        if (key === 'engineCheckAgain') questions = 3;
      },
    });
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    assert.deepEqual(closing(told), [
      'osInstalled',
      'engineInstalled',
      'engineInstalled',
      'engineCheckAgain',
    ]);
    assert.deepEqual(starts(host), ['network', 'disk', 'disk']);
    assert.ok(told.lines.some((line) => /not healthy after 30 s: connection refused/.test(line)));
  });
});

describe('the CA of an engine that was installed by hand', () => {
  test('is taken over: this host gets a certificate of it, and the cluster its fingerprint', async () => {
    const host = hostWith({});
    host.engine.ca = await createCa();
    const told = await runDeploy(host, { typed: ['', ''] });
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    const { certificatePem } = host.engine.ca;
    assert.equal(host.files.text(PATHS.caCert), certificatePem);
    assert.ok(isIssuedBy(host.files.text(PATHS.hostCert) ?? '', certificatePem));
    assert.equal(
      host.files.text(`${PATHS.migrationPki}/server-cert.pem`),
      host.files.text(PATHS.hostCert),
    );
    assert.ok(host.services.jobs.filter((job) => job === 'restart vdsmd').length === 1);
    const volumes = host.storage.domain?.volumes ?? [];
    const volume = volumes.find(({ diskType }) => diskType === 'HECI')?.bytes ?? new Uint8Array();
    assert.ok(
      decodeConfigVolume(volume)['fhanswers.conf'].includes(fingerprint(certificatePem)),
      'later hosts trust it',
    );
  });

  test('with another password than was typed here: it is asked for', async () => {
    const host = hostWith({});
    host.engine.ca = await createCa();
    host.engine.password = 'typed-in-the-vm';
    const told = await runDeploy(host, { typed: ['', '', 'wrong', 'typed-in-the-vm'] });
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    assert.ok(host.log.secrets.has('typed-in-the-vm'));
  });

  test('is refused when the VM was given another: somebody else answers by that name', async () => {
    const host = hostWith(IMPORT);
    host.engine.takeSeed = () => undefined;
    host.engine.ca = await createCa();
    const told = await runDeploy(host);
    assert.match(
      told.outcome.kind === 'failed' ? told.outcome.error.message : '',
      /not the one that/,
    );
  });
});

describe('an appliance', () => {
  test('is our own when none is given; its sizes are the defaults', async () => {
    const host = hostWith({
      'OVEHOSTED_VM/vmBoot': 'str:disk',
      'OVEHOSTED_VM/vmVCpus': undefined,
      'OVEHOSTED_VM/vmMemSizeMB': undefined,
      'OVEHOSTED_STORAGE/imgSizeGB': undefined,
    });
    const told = await runDeploy(host);
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    const conf = host.files.text(PATHS.vmConf) ?? '';
    assert.match(conf, /^memSize=5000$/m);
    assert.match(conf, /^smp=3$/m);
    assert.match(told.lines.join('\n'), /Image size GB +: 31\n/);
    assert.match(host.copied[0] ?? '', /^\/usr\/share\/.*\.ova:disk\.qcow2 .* \/var\/tmp$/);
    assert.equal(host.seeds[0]?.['label'], 'cidata');
  });

  test('may be given more than it asks for', async () => {
    const host = hostWith({
      'OVEHOSTED_VM/ovfArchive': `str:${PATHS.appliance}`,
      'OVEHOSTED_VM/vmBoot': undefined,
      'OVEHOSTED_VM/vmMemSizeMB': 'int:8192',
      'OVEHOSTED_STORAGE/imgSizeGB': 'int:40',
    });
    const told = await runDeploy(host);
    assert.deepEqual(told.outcome, { kind: 'done' });
    assert.match(host.files.text(PATHS.vmConf) ?? '', /^memSize=8192$/m);
    assert.match(told.lines.join('\n'), /Image size GB +: 40\n/);
  });

  test('without a manifest is taken with a warning', async () => {
    const host = hostWith(IMPORT);
    if (host.appliance !== undefined) host.appliance = { ...host.appliance, isVerified: false };
    const told = await runDeploy(host);
    assert.ok(told.lines.some((line) => /^\[WARNING\] .* has no manifest/.test(line)));
  });
});

describe('a host that the engine does not take', () => {
  const refusal = new HeError('HE_ENGINE_REFUSED', 'Cannot add Host. No.');

  test('can be tried again, with the reason that the engine gives', async () => {
    const host = hostWith(IMPORT);
    host.engine.statuses = ['installing', 'install_failed', 'up'];
    host.engine.complaints = ['Host hosted_engine_1 installation failed. No space left.'];
    const told = await runDeploy(host, { typed: ['retry'] });
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    assert.ok(
      told.lines.some((line) =>
        /^\[ ERROR \] .*is install_failed in the engine: .*No space/.test(line),
      ),
    );
  });

  test('can be left for later', async () => {
    const host = hostWith(IMPORT);
    host.engine.refusal = refusal;
    const told = await runDeploy(host, { typed: ['ignore'] });
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    assert.deepEqual(host.engine.hosts, []);
    assert.ok(told.lines.some((line) => /add it there later/.test(line)));
  });

  test('can end it all, and does so by itself when nobody is there', async () => {
    for (const typed of [['abort'], undefined]) {
      const host = hostWith(IMPORT);
      host.engine.refusal = refusal;
      const before = host.snapshot();
      const told = await runDeploy(host, typed === undefined ? {} : { typed });
      assert.equal(told.outcome.kind === 'failed' && told.outcome.error, refusal);
      assert.deepEqual(host.snapshot(), before);
    }
  });
});

describe('an engine that never comes up', () => {
  const LIMIT = { 'OVEHOSTED_ENGINE/engineSetupTimeout': 'int:10' };
  const KEEP = { 'OVEHOSTED_CORE/keepOnFailure': 'bool:True' };

  async function deployInVain(answers: Readonly<Record<string, string>>): Promise<Told> {
    const host = hostWith({ ...IMPORT, ...LIMIT, ...answers });
    host.engine.isUp = () => false;
    const told = await runDeploy(host);
    assert.ok(
      told.lines.some((line) =>
        line.endsWith(
          'the engine at engine.lab.test is not healthy after 10 s: connection refused',
        ),
      ),
      told.lines.join('\n'),
    );
    return told;
  }

  const remedy = ({ outcome }: Told): string =>
    outcome.kind === 'failed' ? (outcome.error.remedy ?? '') : '';

  test('leaves no VM to look at: how to keep it is said', async () => {
    const told = await deployInVain({});
    assert.match(remedy(told), /keepOnFailure=bool:True, which leaves the VM/);
    assert.match(remedy(told), /engineSetupTimeout=int:N/);
    assert.ok(
      told.lines.some((line) =>
        /^Nothing of it is left on this host or on the storage\. /.test(line.trim()),
      ),
    );
  });

  test('is waited for as long as the person at the terminal wants', async () => {
    const host = hostWith({ ...IMPORT, ...LIMIT });
    let questions = 0;
    host.engine.isUp = () => questions === 2;
    const told = await runDeploy(host, {
      typed: ['', ''],
      onAsk: (key) => {
        if (key === 'engineCheckAgain') questions += 1;
      },
    });
    assert.deepEqual(told.outcome, { kind: 'done' }, told.lines.join('\n'));
    assert.deepEqual(closing(told), ['engineCheckAgain', 'engineCheckAgain']);
    const waits = told.lines.flatMap((line) => /not healthy after (\d+) s/.exec(line)?.[1] ?? []);
    assert.deepEqual(waits, ['10', '30']);
  });

  test('is given up by that person: the host is as before', async () => {
    const host = hostWith({ ...IMPORT, ...LIMIT });
    host.engine.isUp = () => false;
    const before = host.snapshot();
    const { outcome } = await runDeploy(host, { typed: ['abort'] });
    assert.equal(outcome.kind === 'failed' && outcome.error.message, 'the engine did not come up');
    assert.deepEqual(host.snapshot(), before);
  });

  test('and is kept: its console is the place to look', async () => {
    const told = await deployInVain(KEEP);
    assert.match(remedy(told), /^look at the console of the VM/);
    assert.doesNotMatch(remedy(told), /keepOnFailure/);
    assert.ok(
      told.lines.some((line) => /^ +Kept: all that this run did, as the answers ask/.test(line)),
    );
  });
});

describe("the engine's key", () => {
  test('is added to the authorized ones, once', async () => {
    const host = hostWith(IMPORT);
    host.files.put(PATHS.authorizedKeys, 'ssh-ed25519 AAAAmine me', 0o600);
    assert.equal((await runDeploy(host)).outcome.kind, 'done');
    assert.equal(
      host.files.text(PATHS.authorizedKeys),
      'ssh-ed25519 AAAAmine me\necdsa-sha2-nistp256 AAAAE2VjZHNh ovirt-engine\n',
    );
  });

  const MINE = 'ssh-ed25519 AAAAmine me\n';
  for (const [name, before] of [
    ['beside others', MINE],
    ['in a file of its own', undefined],
  ] as const) {
    test(`${name}: is taken out again by a failure`, async () => {
      const { host } = await failWithKey(before, undefined);
      assert.equal(host.files.text(PATHS.authorizedKeys), before);
    });

    test(`${name}: is taken out, and the key that an admin added meanwhile stays`, async () => {
      const added = 'ssh-ed25519 AAAAnew you\n';
      const { host, lines } = await failWithKey(before, added);
      assert.equal(host.files.text(PATHS.authorizedKeys), (before ?? '') + added);
      assert.ok(!lines.some((line) => line.includes('Cannot undo')), lines.join('\n'));
    });
  }

  async function failWithKey(before: string | undefined, added: string | undefined) {
    const host = hostWith(IMPORT);
    if (before !== undefined) host.files.put(PATHS.authorizedKeys, before, 0o600);
    const failing = DEPLOY_STEPS.find(({ id }) => id === 'engine-key');
    assert.ok(failing !== undefined);
    const { lines } = await runDeploy(host, {
      steps: after(failing, () => {
        const text = host.files.text(PATHS.authorizedKeys) ?? '';
        assert.match(text, /ovirt-engine/);
        if (added !== undefined) host.files.put(PATHS.authorizedKeys, text + added, 0o600);
        throw new HeError('HE_FAILED', 'injected');
      }),
    });
    return { host, lines };
  }

  test('is none: nothing is added', async () => {
    const host = hostWith(IMPORT);
    host.engine.sshKey = undefined;
    assert.equal((await runDeploy(host)).outcome.kind, 'done');
    assert.equal(host.files.text(PATHS.authorizedKeys), undefined);
  });
});
