import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CONFIG_VOLUME_SIZE,
  decodeConfigVolume,
  parseHostedEngineConf,
} from '@hosted-engine/formats';
import { PATHS, UNITS } from '../src/paths.js';
import {
  ADDITIONAL_ANSWERS,
  deployFirst,
  FIRST_ANSWERS,
  putAnswers,
  runDeploy,
} from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

/** The lines of the specification's first transcript that an unattended run has to print, in order. */
const FIRST_TRANSCRIPT = `
[ INFO  ] Stage: Initializing
[ INFO  ] Generating a temporary VNC password.
[ INFO  ] Stage: Environment setup
          Configuration files: ['/root/answers.conf']
          Log file: /var/log/ovirt-hosted-engine-setup/run.log
          Version: 0.1.0
[ INFO  ] Hardware supports virtualization
[ INFO  ] Bridge ovirtmgmt already created
[ INFO  ] Stage: Environment packages setup
[ INFO  ] Stage: Programs detection
[ INFO  ] Stage: Environment setup
[ INFO  ] Stage: Environment customization
          --== STORAGE CONFIGURATION ==--
          During customization use CTRL-D to abort.
[ INFO  ] Installing on first host
          --== SYSTEM CONFIGURATION ==--
          --== NETWORK CONFIGURATION ==--
          --== VM CONFIGURATION ==--
          The following CPU types are supported by this host:
              - model_Penryn: Intel Penryn Family
              - model_Conroe: Intel Conroe Family
          --== HOSTED ENGINE CONFIGURATION ==--
[ INFO  ] Stage: Setup validation
          --== CONFIGURATION PREVIEW ==--
          Engine FQDN                        : engine.lab.test
          Bridge name                        : ovirtmgmt
          SSH daemon port                    : 22
          Firewall manager                   : nftables
          Gateway address                    : 10.88.1.1
          Host name for web application      : hosted_engine_1
          Host ID                            : 1
          Image size GB                      : 25
          Storage connection                 : nas.lab.test:/exports/he
          Console type                       : vnc
          Memory size MB                     : 4096
          Boot type                          : disk
          Number of CPUs                     : 2
          Disk image                         : /images/engine.raw
          CPU Type                           : model_Penryn
[ INFO  ] Generating answer file '/etc/ovirt-hosted-engine/answers.conf'
[ INFO  ] Stage: Transaction setup
[ INFO  ] Stage: Misc configuration
[ INFO  ] Stage: Package installation
[ INFO  ] Stage: Misc configuration
[ INFO  ] Configuring libvirt
[ INFO  ] Generating VDSM certificates
[ INFO  ] Configuring VDSM
[ INFO  ] Starting vdsmd
[ INFO  ] Waiting for VDSM hardware info
[ INFO  ] Creating Storage Domain
[ INFO  ] Creating Storage Pool
[ INFO  ] Connecting Storage Pool
[ INFO  ] Verifying sanlock lockspace initialization
[ INFO  ] Initializing sanlock lockspace
[ INFO  ] Initializing sanlock metadata
[ INFO  ] Creating VM Image
[ INFO  ] Disconnecting Storage Pool
[ INFO  ] Start monitoring domain
[ INFO  ] Configuring VM
[ INFO  ] Updating hosted-engine configuration
[ INFO  ] Stage: Transaction commit
[ INFO  ] Stage: Closing up
[ INFO  ] Creating VM
          You can now connect to the VM with the following command:
              /usr/bin/remote-viewer vnc://localhost:5900
          Use temporary password "0123UzeJ" to connect to vnc console.
          Please note that in order to use remote-viewer you need to be able to run graphical applications.
          This means that if you are using ssh you have to supply the -Y flag (enables trusted X11 forwarding).
          Otherwise you can run the command from a terminal in your preferred desktop environment.
          If you cannot run graphical applications you can connect to the graphic console from another host or connect to the console using the following command:
          virsh -c qemu+tls://host1.lab.test/system console HostedEngine
          If you need to reboot the VM you will need to start it manually using the command:
          hosted-engine --vm-start
          You can then set a temporary password using the command:
          hosted-engine --add-console-password=<password>
[ INFO  ] Engine replied: DB Up!Welcome to Health Status!
[ INFO  ] Waiting for the host to become operational in the engine. This may take several minutes...
[ INFO  ] The VDSM Host is now operational
          Shutting down the VM, to launch it as a monitored service.
          The system will wait until the VM is down.
[ INFO  ] Enabling and starting HA services
[ INFO  ] Engine replied: DB Up!Welcome to Health Status!
          Hosted Engine successfully set up
[ INFO  ] Stage: Clean up
[ INFO  ] Stage: Pre-termination
[ INFO  ] Stage: Termination
`;

const ADDITIONAL_TRANSCRIPT = `
[ INFO  ] Stage: Initializing
[ INFO  ] Generating a temporary VNC password.
[ INFO  ] Stage: Environment setup
          Configuration files: ['/root/answers.conf']
          Log file: /var/log/ovirt-hosted-engine-setup/run.log
          Version: 0.1.0
[ INFO  ] Hardware supports virtualization
[ INFO  ] Bridge ovirtmgmt already created
[ INFO  ] Stage: Environment packages setup
[ INFO  ] Stage: Programs detection
[ INFO  ] Stage: Environment setup
[ INFO  ] Stage: Environment customization
          --== STORAGE CONFIGURATION ==--
          During customization use CTRL-D to abort.
[ INFO  ] Installing on additional host
          --== SYSTEM CONFIGURATION ==--
          --== NETWORK CONFIGURATION ==--
          The following CPU types are supported by this host:
              - model_Penryn: Intel Penryn Family
              - model_Conroe: Intel Conroe Family
          --== HOSTED ENGINE CONFIGURATION ==--
[ INFO  ] Stage: Setup validation
          --== CONFIGURATION PREVIEW ==--
          Engine FQDN                        : engine.lab.test
          Bridge name                        : ovirtmgmt
          SSH daemon port                    : 22
          Firewall manager                   : nftables
          Gateway address                    : 10.88.1.1
          Host name for web application      : hosted_engine_2
          Host ID                            : 2
          Image size GB                      : 25
          Storage connection                 : nas.lab.test:/exports/he
          Console type                       : vnc
          Memory size MB                     : 4096
          Boot type                          : disk
          Number of CPUs                     : 2
          CPU Type                           : model_Penryn
[ INFO  ] Generating answer file '/etc/ovirt-hosted-engine/answers.conf'
[ INFO  ] Stage: Transaction setup
[ INFO  ] Stage: Misc configuration
[ INFO  ] Stage: Package installation
[ INFO  ] Stage: Misc configuration
[ INFO  ] Configuring libvirt
[ INFO  ] Generating VDSM certificates
[ INFO  ] Configuring VDSM
[ INFO  ] Starting vdsmd
[ INFO  ] Waiting for VDSM hardware info
[ INFO  ] Connecting Storage Domain
[ INFO  ] Configuring VM
[ INFO  ] Updating hosted-engine configuration
[ INFO  ] Stage: Transaction commit
[ INFO  ] Stage: Closing up
[ INFO  ] Engine replied: DB Up!Welcome to Health Status!
[ INFO  ] Waiting for the host to become operational in the engine. This may take several minutes...
[ INFO  ] The VDSM Host is now operational
[ INFO  ] Enabling and starting HA services
          Hosted Engine successfully set up
[ INFO  ] Stage: Clean up
[ INFO  ] Stage: Pre-termination
[ INFO  ] Stage: Termination
`;

describe('deployment of a first host', () => {
  test('prints the transcript of the specification', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS);
    const { outcome, lines } = await runDeploy(host);
    assert.equal(`\n${lines.join('\n')}\n`, FIRST_TRANSCRIPT);
    assert.deepEqual(outcome, { kind: 'done' });
  });

  test('leaves the host deployed, and nothing that belongs to the run alone', async () => {
    const host = new FakeHost();
    await deployFirst(host);
    const conf = parseHostedEngineConf(host.files.text(PATHS.hostedEngineConf) ?? '', 'conf');
    assert.equal(conf.hostId, 1);
    assert.equal(conf.sdUuid, host.storage.domain?.sdUUID);
    assert.deepEqual([...host.services.active].sort(), [
      'hosted-engine-firewall',
      UNITS.libvirt,
      UNITS.ha,
      UNITS.sanlock,
      UNITS.hostd,
    ]);
    assert.equal(host.hostd.vms.size, 0, 'HA starts the VM again');
    assert.equal(host.hostd.isSpm, false);
    assert.deepEqual(host.hostd.pools, []);
    assert.deepEqual(host.hostd.monitored, { sdUUID: conf.sdUuid, hostID: 1 });
    assert.equal(host.storage.openViews, 0);
    assert.equal(host.isLocked, false);
    const seeds = [...host.files.entries.keys()].filter((path) => path.endsWith('.iso'));
    assert.deepEqual(seeds, [], 'the seed disk holds secrets');
  });

  test('makes the volumes that other software finds by type and description', async () => {
    const host = new FakeHost();
    await deployFirst(host);
    const volumes = host.storage.domain?.volumes.map(({ diskType, description }) => [
      diskType,
      description,
    ]);
    assert.deepEqual(volumes, [
      ['HESD', 'hosted-engine.lockspace'],
      ['HEMD', 'hosted-engine.metadata'],
      ['HECI', 'HostedEngineConfigurationImage'],
      ['HEVD', 'Hosted Engine Image'],
    ]);
    assert.equal(host.lockspaces[0]?.ioTimeoutS, 10);
    assert.match(host.copied[0] ?? '', /^\/images\/engine.raw \/run\/vdsm\/storage\//);
  });

  test('writes the shared configuration for later hosts, without any secret', async () => {
    const host = new FakeHost();
    await deployFirst(host);
    const volume = host.storage.volume('HostedEngineConfigurationImage');
    const files = decodeConfigVolume(
      volume?.bytes.subarray(0, CONFIG_VOLUME_SIZE) ?? new Uint8Array(),
    );
    assert.match(
      files['fhanswers.conf'],
      /^OVEHOSTED_ENGINE\/caFingerprint=str:([0-9A-F]{2}:){31}/m,
    );
    assert.doesNotMatch(files['fhanswers.conf'], /hostID|appHostName|Password|vmDiskImage/);
    assert.match(files['vm.conf'], /^vmName=HostedEngine$/m);
    assert.doesNotMatch(files['vm.conf'], /\.iso/);
    for (const text of Object.values(files)) {
      assert.doesNotMatch(text, /secret1|PRIVATE KEY/);
    }
  });

  test('writes the answers sorted, for root alone, without passwords', async () => {
    const host = new FakeHost();
    await deployFirst(host);
    const text = host.files.text(PATHS.answers) ?? '';
    const keys = text.split('\n').slice(1, -1);
    assert.deepEqual(keys, [...keys].sort());
    assert.equal(await host.files.modeOf(PATHS.answers), 0o600);
    assert.doesNotMatch(text, /secret1|Password/);
    assert.match(text, /^OVEHOSTED_STORAGE\/hostID=int:1$/m);
  });

  test('gives the cluster in the engine the CPU type of the VM, as soon as it has one', async () => {
    const host = new FakeHost();
    await deployFirst(host);
    assert.equal(host.engine.clusterCpu, 'Intel Penryn Family');
    const other = new FakeHost();
    other.engine.looksWithoutCpu = Number.MAX_SAFE_INTEGER;
    await deployFirst(other);
    assert.ok(other.log.lines.some((line) => line.includes('has no CPU')));
  });

  test('hides every secret from the log', async () => {
    const host = new FakeHost();
    await deployFirst(host);
    assert.ok(host.log.secrets.has('secret1'));
    assert.ok([...host.log.secrets].some((secret) => secret.includes('PRIVATE KEY')));
  });

  test('gives the first boot its seed: name, network, password, CA', async () => {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, {
      'OVEHOSTED_VM/cloudinitVMStaticCIDR': 'str:10.88.1.100/24',
      'OVEHOSTED_VM/cloudinitVMDNS': 'str:10.88.1.1',
    });
    assert.equal((await runDeploy(host)).outcome.kind, 'done');
    const seed = host.seeds[0] ?? {};
    assert.equal(seed['label'], 'cidata');
    assert.match(seed['user-data'] ?? '', /^#cloud-config\n/);
    assert.match(seed['user-data'] ?? '', /^ {2}admin_password: "secret1"$/m);
    assert.match(seed['user-data'] ?? '', /^ {2}ca_key: \|\n {4}-----BEGIN PRIVATE KEY-----\n/m);
    assert.equal(
      seed['network-config'],
      [
        'version: 2',
        'ethernets:',
        '  eth0:',
        '    match:',
        '      macaddress: "00:16:3e:00:1f:3e"',
        '    dhcp4: false',
        '    addresses: ["10.88.1.100/24"]',
        '    gateway4: "10.88.1.1"',
        '    nameservers:',
        '      addresses: ["10.88.1.1"]',
        '',
      ].join('\n'),
    );
  });

  test('goes on with emulation when the answers allow it, and says so', async () => {
    const host = new FakeHost();
    host.virtualization = 'absent';
    host.hostd.kvmEnabled = 'false';
    putAnswers(host, FIRST_ANSWERS, { 'OVEHOSTED_VDSM/allowEmulation': 'bool:True' });
    const { outcome, lines } = await runDeploy(host);
    assert.equal(outcome.kind, 'done');
    assert.ok(lines.some((line) => line.startsWith('[WARNING] Hardware virtualization')));
    assert.match(host.files.text(PATHS.vdsmConf) ?? '', /^allow_emulation = true$/m);
    assert.match(host.hostd.calls.join(' '), /VM.create/);
  });
});

describe('deployment of an additional host', () => {
  test('prints the transcript of the specification', async () => {
    const first = new FakeHost(1);
    await deployFirst(first);
    const second = new FakeHost(2, first.storage, first.engine);
    putAnswers(second, ADDITIONAL_ANSWERS);
    const { outcome, lines } = await runDeploy(second);
    assert.equal(`\n${lines.join('\n')}\n`, ADDITIONAL_TRANSCRIPT);
    assert.deepEqual(outcome, { kind: 'done' });
  });

  test('takes over what is of the cluster, and is itself in the rest', async () => {
    const first = new FakeHost(1);
    await deployFirst(first);
    const second = new FakeHost(2, first.storage, first.engine);
    putAnswers(second, ADDITIONAL_ANSWERS);
    await runDeploy(second);
    const [one, two] = [first, second].map((host) =>
      parseHostedEngineConf(host.files.text(PATHS.hostedEngineConf) ?? '', 'conf'),
    );
    assert.deepEqual({ ...two, hostId: 1 }, one);
    assert.equal(two?.hostId, 2);
    assert.equal(first.files.text(PATHS.vmConf), second.files.text(PATHS.vmConf));
    // Who is told of what, on each host.
    assert.match(second.files.text(PATHS.brokerConf) ?? '', /^destination-emails = \S+@\S+$/m);
    assert.equal(first.files.text(PATHS.brokerConf), second.files.text(PATHS.brokerConf));
    assert.notEqual(first.files.text(PATHS.hostKey), second.files.text(PATHS.hostKey));
    assert.equal(first.files.text(PATHS.caCert), second.files.text(PATHS.caCert));
    assert.deepEqual(
      first.engine.hosts.map(({ name, address }) => [name, address]),
      [
        ['hosted_engine_1', 'host1.lab.test'],
        ['hosted_engine_2', 'host2.lab.test'],
      ],
    );
  });

  test('writes nothing on the storage of the first host', async () => {
    const first = new FakeHost(1);
    await deployFirst(first);
    const before = first.storage.writes.length;
    const second = new FakeHost(2, first.storage, first.engine);
    putAnswers(second, ADDITIONAL_ANSWERS);
    await runDeploy(second);
    assert.equal(first.storage.writes.length, before);
    assert.deepEqual(second.copied, []);
    const writing = ['StorageDomain.create', 'StoragePool.create', 'Volume.create', 'VM.create'];
    assert.deepEqual(
      second.hostd.calls.filter((verb) => writing.includes(verb)),
      [],
    );
  });

  test('the third host gets the lowest free host id', async () => {
    const first = new FakeHost(1);
    await deployFirst(first);
    for (const [number, id] of [
      [2, 2],
      [3, 3],
    ] as const) {
      const host = new FakeHost(number, first.storage, first.engine);
      putAnswers(host, ADDITIONAL_ANSWERS);
      assert.equal((await runDeploy(host)).outcome.kind, 'done');
      const conf = parseHostedEngineConf(host.files.text(PATHS.hostedEngineConf) ?? '', 'conf');
      assert.equal(conf.hostId, id);
    }
  });

  test('a host of the same name and address in the engine is its own, of an earlier run', async () => {
    const first = new FakeHost(1);
    await deployFirst(first);
    const second = new FakeHost(2, first.storage, first.engine);
    first.engine.hosts.push({
      id: 'old',
      name: 'hosted_engine_2',
      address: 'host2.lab.test',
      status: 'up',
    });
    putAnswers(second, ADDITIONAL_ANSWERS);
    assert.equal((await runDeploy(second)).outcome.kind, 'done');
    assert.equal(first.engine.hosts.length, 2);
  });
});
