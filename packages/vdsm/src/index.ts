export * from './client/reconnecting-vdsm-client.js';
export * from './client/vdsm-caller.js';
export * from './client/vdsm-client.js';
export {
  type DomainXmlOptions,
  domainXmlFromVmConf,
} from './domain-xml/domain-xml-from-vm-conf.js';
export {
  type DomainFill,
  fillDomainXml,
  type PreparedVolume,
} from './domain-xml/fill-domain-xml.js';
export type { DomainLease, LeasePlace } from './domain-xml/lease-element.js';
export type { DiskMetadata } from './domain-xml/ovirt-metadata.js';
export { type DomainSummary, readDomainXml } from './domain-xml/read-domain-xml.js';
export { createVdsmServer, EVENT_QUEUE, vdsmTime } from './server/vdsm-server.js';
export * from './server/vdsm-server-api.js';
export * from './storage-connection.js';
export * from './vdsm-error.js';
export * from './verbs/index.js';
