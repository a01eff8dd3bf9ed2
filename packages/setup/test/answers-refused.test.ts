// Each thing that can be wrong: one clear line, its exit code, and nothing changed.
import { describe, test } from 'node:test';
import { FIRST_ANSWERS, putAnswers } from './fake/deployment.js';
import { answer, type Case, refused } from './fake/refusal.js';
import { FakeHost } from './fake/world.js';

const FIRST_CASES: readonly Case[] = [
  answer(
    'a missing answer',
    { 'OVEHOSTED_NETWORK/gateway': undefined },
    /missing answer: OVEHOSTED_NETWORK\/gateway: a pingable gateway IP address$/,
    'HE_ANSWER_MISSING',
  ),
  answer(
    'several missing answers are named together',
    { 'OVEHOSTED_NETWORK/gateway': undefined, 'OVEHOSTED_NETWORK/fqdn': undefined },
    /^missing answers:\n {2}OVEHOSTED_NETWORK\/fqdn: the FQDN of the engine\n {2}OVEHOSTED_NETWORK\/gateway/,
    'HE_ANSWER_MISSING',
  ),
  answer(
    'without the storage path everything that is missing is named',
    {
      'OVEHOSTED_STORAGE/storageDomainConnection': undefined,
      'OVEHOSTED_NETWORK/gateway': undefined,
    },
    /storageDomainConnection: .*\n {2}OVEHOSTED_NETWORK\/gateway/,
    'HE_ANSWER_MISSING',
  ),
  answer(
    'no consent',
    { 'OVEHOSTED_CORE/confirmSettings': undefined },
    /confirmSettings/,
    'HE_ANSWER_MISSING',
  ),
  answer(
    'a network test by tcp without its port',
    {
      'OVEHOSTED_NETWORK/network_test': 'str:tcp',
      'OVEHOSTED_NETWORK/network_test_tcp_address': 'str:192.0.2.1',
    },
    /missing answer: OVEHOSTED_NETWORK\/network_test_tcp_port/,
    'HE_ANSWER_MISSING',
  ),
  answer(
    'a network test of a kind that is not known',
    { 'OVEHOSTED_NETWORK/network_test': 'str:icmp' },
    /is none of ping, dns, tcp, none/,
  ),
  answer(
    'a refused consent',
    { 'OVEHOSTED_CORE/confirmSettings': 'bool:False' },
    /^aborted$|not confirmed/,
    'HE_ABORTED',
  ),
  answer(
    'a refusal to proceed',
    { 'OVEHOSTED_CORE/deployProceed': 'bool:False' },
    /not to proceed/,
    'HE_ABORTED',
  ),
  answer(
    'an unknown key, with the one that was meant',
    { 'OVEHOSTED_NETWORK/fqnd': 'str:engine.lab.test' },
    /unknown answer key: OVEHOSTED_NETWORK\/fqnd \(\/root\/answers.conf line \d+\); did you mean OVEHOSTED_NETWORK\/fqdn\?/,
    'HE_ANSWER_UNKNOWN',
  ),
  answer(
    'an unknown key like no other',
    { 'SOMETHING/else': 'str:x' },
    /unknown answer key: SOMETHING\/else \(\/root\/answers.conf line \d+\)$/,
    'HE_ANSWER_UNKNOWN',
  ),
  answer(
    'no type',
    { 'OVEHOSTED_VM/vmVCpus': '2' },
    /answers.conf:\d+: OVEHOSTED_VM\/vmVCpus: has no type/,
  ),
  answer(
    'not a number',
    { 'OVEHOSTED_VM/vmVCpus': 'str:two' },
    /vmVCpus: 'two' is not an integer \(\/root\/answers.conf line \d+\)/,
  ),
  answer(
    'a name that is an address',
    { 'OVEHOSTED_NETWORK/fqdn': 'str:10.0.0.1' },
    /'10.0.0.1' is an address; certificates need a name/,
  ),
  answer(
    'a name with bad characters',
    { 'OVEHOSTED_NETWORK/fqdn': 'str:engine_1.lab' },
    /is not a host name/,
  ),
  answer(
    'a name that does not resolve',
    { 'OVEHOSTED_NETWORK/fqdn': 'str:other.lab.test' },
    /Host name is not valid: other.lab.test does not resolve/,
  ),
  answer(
    'a name that is this host',
    { 'OVEHOSTED_NETWORK/fqdn': 'str:host1.lab.test' },
    /Host name is not valid: host1.lab.test is this host/,
  ),
  answer(
    'an engine address that differs from its name',
    { 'OVEHOSTED_VM/cloudinitVMStaticCIDR': 'str:10.88.1.99/24' },
    /engine.lab.test is 10.88.1.100, the VM is to be 10.88.1.99/,
  ),
  answer(
    'an engine address without prefix',
    { 'OVEHOSTED_VM/cloudinitVMStaticCIDR': 'str:10.88.1.100' },
    /is not an IPv4 address with its prefix length/,
  ),
  answer(
    'a gateway in another network',
    { 'OVEHOSTED_VM/cloudinitVMStaticCIDR': 'str:10.88.2.100/24' },
    /are in different networks/,
  ),
  answer(
    'a gateway that is no address',
    { 'OVEHOSTED_NETWORK/gateway': 'str:router' },
    /'router' is not an IP address/,
  ),
  answer(
    'a gateway that does not answer',
    { 'OVEHOSTED_NETWORK/gateway': 'str:10.88.1.2' },
    /10.88.1.2 does not answer a ping/,
  ),
  answer(
    'a multicast MAC address',
    { 'OVEHOSTED_VM/vmMACAddr': 'str:01:16:3e:00:00:01' },
    /is a multicast address/,
  ),
  answer(
    'a short MAC address',
    { 'OVEHOSTED_VM/vmMACAddr': 'str:00:16:3e' },
    /is not a MAC address/,
  ),
  answer(
    'a MAC address of zeros',
    { 'OVEHOSTED_VM/vmMACAddr': 'str:00:00:00:00:00:00' },
    /is all zeros/,
  ),
  answer(
    'a bad domain name',
    { 'OVEHOSTED_STORAGE/storageDomainName': 'str:my storage' },
    /only letters, digits/,
  ),
  answer(
    'a host id for the first host',
    { 'OVEHOSTED_STORAGE/hostID': 'int:3' },
    /the first host has host id 1/,
  ),
  answer(
    'a host id out of range',
    { 'OVEHOSTED_STORAGE/hostID': 'int:2001' },
    /is not between 1 and 2000/,
  ),
  answer(
    'more CPUs than the host has',
    { 'OVEHOSTED_VM/vmVCpus': 'int:64' },
    /64 virtual CPUs, but this host has 8/,
  ),
  answer('no memory', { 'OVEHOSTED_VM/vmMemSizeMB': 'int:0' }, /is not between 64 and/),
  answer(
    'a disk smaller than the image',
    { 'OVEHOSTED_STORAGE/imgSizeGB': 'int:1' },
    /1 GB are too small for the disk image, which needs 2 GB/,
  ),
  answer(
    'an empty password',
    { 'OVEHOSTED_ENGINE/adminPassword': 'str:' },
    /adminPassword: \(hidden\) is empty/,
  ),
  answer(
    'a short password',
    { 'OVEHOSTED_ENGINE/adminPassword': 'str:abcde' },
    /adminPassword: \(hidden\) is shorter than 6 characters/,
  ),
  answer(
    'a relative image path',
    { 'OVEHOSTED_VM/vmDiskImage': 'str:engine.raw' },
    /is not an absolute path/,
  ),
  answer(
    'a boot device that a VM has not',
    { 'OVEHOSTED_VM/vmBoot': 'str:floppy' },
    /'floppy' is none of cdrom, disk, pxe/,
  ),
  answer(
    'media of which nobody says where they are',
    { 'OVEHOSTED_VM/vmDiskImage': undefined },
    /missing answer: OVEHOSTED_VM\/vmCDRom/,
    'HE_ANSWER_MISSING',
  ),
  answer(
    'media that are not there',
    { 'OVEHOSTED_VM/vmBoot': 'str:cdrom', 'OVEHOSTED_VM/vmCDRom': 'str:/isos/none.iso' },
    /installation media \/isos\/none\.iso cannot be used/,
  ),
  answer(
    'a path that vm.conf cannot hold',
    { 'OVEHOSTED_VM/vmBoot': 'str:cdrom', 'OVEHOSTED_VM/vmCDRom': 'str:/isos/my os.iso' },
    /holds a blank or one of/,
  ),
  answer(
    'an appliance that is not whole',
    {
      'OVEHOSTED_VM/vmDiskImage': undefined,
      'OVEHOSTED_VM/ovfArchive': 'str:/images/broken.ova',
    },
    /the appliance \/images\/broken\.ova cannot be used: truncated/,
  ),
  answer(
    'a disk smaller than that of the appliance',
    {
      'OVEHOSTED_VM/vmDiskImage': undefined,
      'OVEHOSTED_VM/vmBoot': 'str:disk',
      'OVEHOSTED_STORAGE/imgSizeGB': 'int:30',
    },
    /30 GB are too small for the disk image, which needs 31 GB/,
  ),
  answer(
    'a console that QEMU here has not',
    { 'OVEHOSTED_VDSM/consoleType': 'str:spice' },
    /QEMU on this host has no SPICE/,
  ),
  answer(
    'a storage type of a later day',
    { 'OVEHOSTED_STORAGE/domainType': 'str:iscsi' },
    /'iscsi' is none of nfs/,
  ),
  answer(
    'a storage path without server',
    { 'OVEHOSTED_STORAGE/storageDomainConnection': 'str:/exports/he' },
    /is not of the form host:\/path/,
  ),
  answer(
    'the root of a server',
    { 'OVEHOSTED_STORAGE/storageDomainConnection': 'str:nas:/' },
    /needs a directory below the root/,
  ),
  answer(
    'a POSIX domain without its type',
    {
      'OVEHOSTED_STORAGE/domainType': 'str:posixfs',
      'OVEHOSTED_STORAGE/storageDomainConnection': 'str:/exports',
    },
    /vfsType: it is needed with domainType posixfs/,
  ),
  answer(
    'an additional host without a cluster',
    { 'OVEHOSTED_CORE/isAdditionalHost': 'bool:True' },
    /holds no hosted engine that this host could join/,
  ),
  answer(
    'a bad mail address',
    { 'OVEHOSTED_NOTIF/destEmail': 'str:root@localhost,nobody' },
    /holds 'nobody', which is not an e-mail address/,
  ),
  answer(
    'a CPU type that the host has not',
    { 'OVEHOSTED_VDSM/cpu': 'str:model_Opteron_G5' },
    /Invalid CPU type specified: model_Opteron_G5; this host supports model_Penryn, model_Conroe/,
  ),
];

describe('a first host refuses', () => {
  for (const one of FIRST_CASES) {
    test(one.name, async () => {
      const host = new FakeHost();
      putAnswers(host, FIRST_ANSWERS, one.answers ?? {});
      one.prepare?.(host);
      await refused(host, one);
    });
  }
});
