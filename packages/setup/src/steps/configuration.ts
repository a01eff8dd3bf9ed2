import { encodeConfigVolume, formatHostedEngineConf } from '@hosted-engine/formats';
import { PATHS, STORAGE_OWNER } from '../paths.js';
import { clusterAnswerFile } from '../render/answer-file.js';
import { brokerConf, hostedEngineConf } from '../render/host-conf.js';
import { vmConfText } from '../render/vm-conf.js';
import { restoreFile } from '../run/restore-file.js';
import type { Run } from '../run/run.js';
import type { Step } from '../run/step.js';
import { domainDirectory } from './storage.js';
import {
  CONFIGURATION_VOLUME,
  LOCKSPACE_VOLUME,
  METADATA_VOLUME,
  preparedPath,
} from './volumes.js';

const SECRET_FREE = { mode: 0o644 } as const;

export const CONFIGURATION_STEPS: readonly Step[] = [
  {
    id: 'vm-conf',
    stage: 'misc',
    line: 'Configuring VM',
    do: async (run) => {
      await run.backups.write(PATHS.vmConf, vmConfText(run.answers), SECRET_FREE);
    },
    undo: async (run) => {
      await restoreFile(run, PATHS.vmConf, SECRET_FREE);
    },
  },
  {
    id: 'hosted-engine-conf',
    stage: 'misc',
    line: 'Updating hosted-engine configuration',
    do: writeConfiguration,
    undo: async (run) => {
      await restoreFile(run, PATHS.hostedEngineConf, SECRET_FREE);
      await restoreFile(run, PATHS.brokerConf, SECRET_FREE);
    },
  },
];

/** Last of all on the storage: from here on the cluster can be joined. */
export const SHARED_CONFIGURATION: readonly Step[] = [
  { id: 'agent-links', stage: 'closeup', role: 'first', do: linkForAgents },
  { id: 'shared-configuration', stage: 'closeup', role: 'first', do: writeSharedConfiguration },
];

async function writeConfiguration(run: Run): Promise<void> {
  const conf = formatHostedEngineConf(hostedEngineConf(run.answers));
  await run.backups.write(PATHS.hostedEngineConf, conf, SECRET_FREE);
  await run.backups.write(PATHS.brokerConf, brokerConf(run.answers), SECRET_FREE);
}

/** Names under which the agents of old deployments look for the two volumes. */
async function linkForAgents(run: Run): Promise<void> {
  const directory = `${domainDirectory(run)}/ha_agent`;
  const { files } = run.world;
  for (const [name, volume] of [
    ['hosted-engine.lockspace', LOCKSPACE_VOLUME],
    ['hosted-engine.metadata', METADATA_VOLUME],
  ] as const) {
    await files.link(`${directory}/${name}`, await preparedPath(run, volume), STORAGE_OWNER);
  }
}

async function writeSharedConfiguration(run: Run): Promise<void> {
  const { answers } = run;
  const volume = encodeConfigVolume({
    version: `${run.options.version}\n`,
    'fhanswers.conf': clusterAnswerFile(answers),
    'hosted-engine.conf': formatHostedEngineConf(hostedEngineConf(answers)),
    'broker.conf': brokerConf(answers),
    'vm.conf': vmConfText(answers),
  });
  const path = await preparedPath(run, CONFIGURATION_VOLUME);
  await run.world.files.overwrite(path, volume, 0);
}
