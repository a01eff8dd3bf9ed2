// Each thing that can be wrong: one clear line, its exit code, and nothing changed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PATHS, UNITS } from '../src/paths.js';
import {
  ADDITIONAL_ANSWERS,
  ANSWER_FILE,
  deployFirst,
  FIRST_ANSWERS,
  putAnswers,
} from './fake/deployment.js';
import { answer, type Case, refused, state } from './fake/refusal.js';
import { FakeHost } from './fake/world.js';

const HOST_CASES: readonly Case[] = [
  state(
    'no rights',
    (host) => {
      host.isRoot = false;
    },
    'HE_NOT_PERMITTED',
    /rights of root/,
  ),
  state(
    'another run',
    (host) => {
      host.isLocked = true;
    },
    'HE_ALREADY_RUNNING',
    /another deployment is running/,
  ),
  state(
    'a deployed host',
    (host) => host.files.put(PATHS.hostedEngineConf, 'host_id=1\n'),
    'HE_ALREADY_DEPLOYED',
    /deployed already/,
  ),
  state(
    'no answer file',
    (host) => {
      host.files.entries.delete(ANSWER_FILE);
    },
    'HE_CONFIG_INVALID',
    /answers.conf does not exist/,
  ),
  state(
    'no virtualization',
    (host) => {
      host.virtualization = 'absent';
    },
    'HE_HOST_UNSUITABLE',
    /does not support virtualization/,
  ),
  state(
    'no KVM after all',
    (host) => {
      host.virtualization = 'unknown';
      host.hostd.kvmEnabled = 'false';
    },
    'HE_HOST_UNSUITABLE',
    /cannot use hardware virtualization/,
  ),
  state(
    'no bridge',
    (host) => {
      host.hostd.bridges = [];
      host.links = { ...host.links, links: host.links.links.slice(0, 1) };
    },
    'HE_HOST_UNSUITABLE',
    /no interface of this host can carry bridge ovirtmgmt/,
  ),
  state(
    'a missing program',
    (host) => {
      host.missingPrograms = ['qemu-img', 'xorriso'];
    },
    'HE_HOST_UNSUITABLE',
    /missing programs: qemu-img$/,
  ),
  state(
    'no program to make the seed',
    (host) => {
      host.missingPrograms = ['genisoimage', 'xorriso'];
    },
    'HE_HOST_UNSUITABLE',
    /missing programs: xorriso or genisoimage$/,
  ),
  state(
    'no image',
    (host) => {
      host.image = undefined;
    },
    'HE_ANSWER_INVALID',
    /engine.raw does not exist/,
  ),
  state(
    'a storage path that does not exist',
    (host) => {
      host.storage.exists = false;
    },
    'HE_STORAGE_UNREACHABLE',
    /Cannot access storage connection nas.lab.test:\/exports\/he: it does not exist/,
  ),
  state(
    'storage without permission',
    (host) => {
      host.storage.refusal = 'user vdsm (36), group kvm (36) may not write it';
    },
    'HE_STORAGE_INVALID',
    /may not write it/,
  ),
  state(
    'full storage',
    (host) => {
      host.storage.freeBytes = 1024;
    },
    'HE_STORAGE_INVALID',
    /the storage is too small: 0.0 GiB are free, 26.0 GiB are needed/,
  ),
  state(
    "somebody else's domain",
    (host) => {
      host.storage.newDomain('1-2-3', 'data');
    },
    'HE_STORAGE_INVALID',
    /holds domain 1-2-3 \(data\), which is not a hosted engine's/,
  ),
  state(
    'a host name that does not resolve',
    (host) => {
      delete host.names[host.fqdn];
    },
    'HE_ANSWER_INVALID',
    /the engine could not reach this host/,
  ),
  state(
    'a host name of another host',
    (host) => {
      host.names[host.fqdn] = ['10.88.1.99'];
    },
    'HE_ANSWER_INVALID',
    /which is not this host/,
  ),
  state(
    'other VMs',
    (host) => {
      host.services.active.add(UNITS.hostd);
      host.hostd.vms.set('vm-1', { status: 'Up', exitMessage: '', xml: '' });
    },
    'HE_HOST_UNSUITABLE',
    /other VMs are running on this host: vm-1/,
  ),
  state(
    'a connected pool',
    (host) => {
      host.services.active.add(UNITS.hostd);
      host.hostd.pools = ['pool-1'];
    },
    'HE_HOST_UNSUITABLE',
    /a storage pool is connected already: pool-1/,
  ),
];

describe('a first host refuses', () => {
  for (const one of HOST_CASES) {
    test(one.name, async () => {
      const host = new FakeHost();
      putAnswers(host, FIRST_ANSWERS, one.answers ?? {});
      one.prepare?.(host);
      await refused(host, one);
    });
  }
});

const ADDITIONAL_CASES: readonly Case[] = [
  answer(
    'host id 1',
    { 'OVEHOSTED_STORAGE/hostID': 'int:1' },
    /host id 1 is in use by the first host/,
    'HE_HOST_ID_TAKEN',
  ),
  answer(
    'a missing password',
    { 'OVEHOSTED_ENGINE/adminPassword': undefined },
    /missing answer: OVEHOSTED_ENGINE\/adminPassword/,
    'HE_ANSWER_MISSING',
  ),
  answer(
    'an answer that the cluster has otherwise',
    { 'OVEHOSTED_NETWORK/fqdn': 'str:other.lab.test' },
    /'other.lab.test' here, but the cluster has 'engine.lab.test'/,
  ),
  answer(
    'to be a first host',
    { 'OVEHOSTED_CORE/isAdditionalHost': 'bool:False' },
    /holds the hosted engine's domain .* already/,
    'HE_STORAGE_INVALID',
  ),
  answer(
    'a wrong password',
    { 'OVEHOSTED_ENGINE/adminPassword': 'str:wrong' },
    /password of 'admin@internal' is wrong/,
    'HE_ENGINE_REFUSED',
  ),
  state(
    'a name that another host has in the engine',
    (host) => {
      const [first] = host.engine.hosts;
      assert.ok(first !== undefined);
      host.engine.hosts.push({ ...first, name: 'hosted_engine_2' });
    },
    'HE_ENGINE_REFUSED',
    /the engine has a host hosted_engine_2 already, with address host1.lab.test/,
  ),
  state(
    'an engine that is down',
    (host) => {
      host.engine.isUp = () => false;
    },
    'HE_ENGINE_UNREACHABLE',
    /the engine at engine.lab.test is not up/,
  ),
  state(
    "a CA that is not the cluster's",
    (host) => {
      host.engine.ca = undefined;
    },
    'HE_ENGINE_REFUSED',
    /hands out is not the cluster's/,
  ),
  state(
    'an unfinished first host',
    (host) => {
      host.storage.volume('HostedEngineConfigurationImage')?.bytes.fill(0);
    },
    'HE_STORAGE_INVALID',
    /of a hosted engine whose deployment was not finished/,
  ),
  {
    ...state(
      'the host id of the first host, whose slot has its name',
      (host) => putSlot(host, 1, '1|1|5|1|3400|{}|host1.lab.test'),
      'HE_HOST_ID_TAKEN',
      /host id 1 is in use by the first host \(host1.lab.test\)/,
    ),
    answers: { 'OVEHOSTED_STORAGE/hostID': 'int:1' },
  },
  {
    ...state(
      'a host id of a slot',
      (host) => putSlot(host, 7, '1|1|5|7|3400|{}|host7.lab.test'),
      'HE_HOST_ID_TAKEN',
      /host id 7 is in use by host7.lab.test/,
    ),
    answers: { 'OVEHOSTED_STORAGE/hostID': 'int:7' },
  },
  {
    ...state(
      'a host id of a slot that cannot be read',
      (host) => putSlot(host, 7, '9|9|new'),
      'HE_HOST_ID_TAKEN',
      /host id 7 is in use by a host whose slot is too-new/,
    ),
    answers: { 'OVEHOSTED_STORAGE/hostID': 'int:7' },
  },
  {
    ...state(
      'a host id of the lockspace',
      (host) => host.storage.join(9, 'uuid-9'),
      'HE_HOST_ID_TAKEN',
      /host id 9 is in use by a host that holds its lease \(uuid-9\)/,
    ),
    answers: { 'OVEHOSTED_STORAGE/hostID': 'int:9' },
  },
];

function putSlot(host: FakeHost, id: number, line: string): void {
  const bytes = host.storage.volume('hosted-engine.metadata')?.bytes;
  Buffer.from(bytes?.buffer ?? new ArrayBuffer(0), id * 4096, 512).write(line);
}

describe('an additional host refuses', () => {
  for (const one of ADDITIONAL_CASES) {
    test(one.name, async () => {
      const first = new FakeHost(1);
      await deployFirst(first);
      const host = new FakeHost(2, first.storage, first.engine);
      putAnswers(host, ADDITIONAL_ANSWERS, one.answers ?? {});
      one.prepare?.(host);
      await refused(host, one);
    });
  }
});
