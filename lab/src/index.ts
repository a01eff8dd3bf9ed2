export { clusterVm, type GuestVm } from './cluster/guest.js';
export { type HostProcess, LabHost } from './host.js';
export { Lab } from './lab.js';
export { type MakeOptions, makeLab, openLab, removeLab } from './make.js';
export { ENGINE_FQDN, type HostPlan, type NetworkPlan } from './network-plan.js';
export { HOST_CHECKOUT, HOST_EXTRA_UNITS, HOST_STORAGE } from './paths.js';
export { type RunResult, run, runOrThrow } from './proc/run.js';
export { labObstacle } from './requirements.js';
export { type Seen, until, when } from './until.js';
