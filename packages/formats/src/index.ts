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
  type ChoiceKey,
  type ConfKey,
  type ConfValue,
  type DecimalKey,
  type FlagKey,
  type IntegerKey,
  type ReadValue,
  readConfValue,
  type TextKey,
} from './conf-key.js';
export { ConfReader } from './conf-reader.js';
export {
  CONFIG_VOLUME_SIZE,
  type ConfigVolumeFiles,
  type ConfigVolumeMember,
  decodeConfigVolume,
  encodeConfigVolume,
} from './config-volume.js';
export { FormatError, type FormatProblem, formatProblem } from './format-error.js';
export { formatHaConf, HA_CONF_KEYS, type HaConf, parseHaConf } from './ha-conf.js';
export {
  type DiskRef,
  formatHostedEngineConf,
  HOSTED_ENGINE_CONF_KEYS,
  type HostedEngineConf,
  parseHostedEngineConf,
} from './hosted-engine-conf.js';
export { IniDocument } from './ini-document.js';
export { KeyValueDocument } from './key-value-document.js';
export { type ManifestAlgorithm, type ManifestEntry, parseManifest } from './manifest.js';
export { type OvfDisk, OvfError, type OvfMachine, parseOvf } from './ovf.js';
export { decodeTar, encodeTar, type TarMember } from './tar.js';
export { TAR_BLOCK_SIZE } from './tar-block.js';
export { readPax, readTarHeader, type TarHeader } from './tar-header.js';
export { parseVdsmConf, VDSM_CONF_KEYS, type VdsmConf } from './vdsm-conf.js';
export { formatVmConf, parseVmConf, type VmConf, vmConfFromParams } from './vm-conf.js';
export { VM_CONF_KEYS, VM_CONF_LISTS, type VmSettingName } from './vm-conf-keys.js';
export type { VmSpec } from './vm-spec.js';
export * from './xml-rpc.js';
