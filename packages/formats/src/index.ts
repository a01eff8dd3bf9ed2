export {
  type Answer,
  type AnswerFile,
  type AnswerFileOptions,
  type AnswerSection,
  effectiveAnswers,
  formatAnswerFile,
  parseAnswerFile,
} from './answer-file.js';
export type { AnswerValue } from './answer-value.js';
export {
  CONFIG_VOLUME_SIZE,
  type ConfigVolumeFiles,
  type ConfigVolumeMember,
  decodeConfigVolume,
  encodeConfigVolume,
} from './config-volume.js';
export { FormatError, type FormatProblem, formatProblem } from './format-error.js';
export { formatHaConf, type HaConf, parseHaConf } from './ha-conf.js';
export {
  type DiskRef,
  formatHostedEngineConf,
  type HostedEngineConf,
  parseHostedEngineConf,
} from './hosted-engine-conf.js';
export { IniDocument } from './ini-document.js';
export { KeyValueDocument } from './key-value-document.js';
export { decodeTar, encodeTar, type TarMember } from './tar.js';
export { formatVmConf, parseVmConf, type VmConf, vmConfFromParams } from './vm-conf.js';
export type { VmSpec } from './vm-spec.js';
export * from './xml-rpc.js';
