import { parseVmConf, type VmConf } from '@hosted-engine/formats';

export const VM_ID = '8b6f3f0a-77c1-4f0e-8a55-6e0b8a1d2c34';
export const VOLUME_ID = '9a9a9a9a-0000-4000-8000-000000000001';
export const IMAGE_ID = '5f1d0a52-3c46-4a6e-9d3a-0b1f7c2e9a10';
export const DOMAIN_ID = 'c0ffee00-1111-4222-8333-444455556666';
const BLANK = '00000000-0000-0000-0000-000000000000';

export const DISK = `devices={index:0,iface:virtio,format:raw,poolID:${BLANK},volumeID:${VOLUME_ID},imageID:${IMAGE_ID},specParams:{},readonly:false,domainID:${DOMAIN_ID},optional:false,deviceId:${IMAGE_ID},address:{bus:0x00,slot:0x06,domain:0x0000,type:pci,function:0x0},device:disk,shared:exclusive,propagateErrors:off,type:disk,bootOrder:1}`;

/** A definition such as set-ups have written for years. */
export const SAMPLE = `vmId=${VM_ID}
memSize=4096
display=vnc
devices={index:2,iface:ide,address:{controller:0,target:0,unit:0,bus:1,type:drive},specParams:{},readonly:true,path:,device:cdrom,shared:false,type:disk}
${DISK}
devices={device:scsi,model:virtio-scsi,type:controller}
devices={nicModel:pv,macAddr:00:16:3e:2a:4b:6c,linkActive:true,network:ovirtmgmt,filter:vdsm-no-mac-spoofing,specParams:{},address:{bus:0x00,slot:0x03,domain:0x0000,type:pci,function:0x0},device:bridge,type:interface}
devices={device:console,specParams:{},type:console,alias:console0}
devices={device:vga,alias:video0,type:video}
devices={device:vnc,type:graphics}
devices={device:virtio,specParams:{source:urandom},model:virtio,type:rng}
vmName=HostedEngine
smp=2
maxVCpus=8
cpuType=Westmere,+aes,-vmx
emulatedMachine=pc
`;

/** The sample with lines added; of equal keys the last counts. */
export function sampleWith(...lines: readonly string[]): VmConf {
  return parseVmConf([SAMPLE, ...lines].join('\n'));
}
