export type { AnswerKey, AnswerScope } from './answers/answer-key.js';
export {
  ANSWER_KEYS,
  ANSWER_NAMES,
  type AnswerName,
  answerKey,
  isAnswerName,
} from './answers/catalogue.js';
export {
  answerOfFlag,
  answersOfEnvironment,
  type GivenAnswer,
  variableOf,
} from './answers/given.js';
export { listQuestions } from './answers/list-questions.js';
export { nearest } from './answers/nearest.js';
export { type CleanupOptions, cleanUp } from './cleanup/cleanup.js';
export { DEPLOY_STEPS, deploy, exitCodeOf } from './deploy.js';
export type { Dialog, Question } from './dialog.js';
export { PATHS, UNITS } from './paths.js';
export * from './ports.js';
export {
  FIREWALL_TABLE,
  FIREWALLD_SERVICE,
  firewalldService,
  openPorts,
} from './render/firewall.js';
export type { DeployOptions } from './run/run.js';
export type { Outcome } from './run/runner.js';
export { STAGES } from './run/stages.js';
export type { Step } from './run/step.js';
export { requireRoot } from './steps/prepare.js';
export { storageConnection, storageTypeOf } from './storage-target.js';
