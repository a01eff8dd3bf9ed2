import { FormatError, type FormatProblem } from './format-error.js';
import { decodeTar, encodeTar } from './tar.js';
import { TAR_BLOCK_SIZE } from './tar-block.js';

/** The engine reads exactly this many bytes of the configuration volume. */
export const CONFIG_VOLUME_SIZE = 20_480;

const MEMBERS = [
  'version',
  'fhanswers.conf',
  'hosted-engine.conf',
  'broker.conf',
  'vm.conf',
] as const;

export type ConfigVolumeMember = (typeof MEMBERS)[number];

/** The files of the shared configuration volume, by name, as text. */
export type ConfigVolumeFiles = Readonly<Record<ConfigVolumeMember, string>>;

const VOLUME = 'configuration volume';

/**
 * The volume's bytes: a tar of the five files in their fixed order, padded to 20480 bytes. Throws
 * FormatError that names the largest file when they do not fit.
 */
export function encodeConfigVolume(files: ConfigVolumeFiles): Uint8Array {
  const members = MEMBERS.map((name) => {
    return { name, content: new TextEncoder().encode(files[name]) };
  });
  const archive = encodeTar(members);
  if (archive.length > CONFIG_VOLUME_SIZE) {
    const [largest] = members.sort((a, b) => b.content.length - a.content.length);
    const excess = archive.length - CONFIG_VOLUME_SIZE;
    throw new FormatError(VOLUME, [
      {
        key: largest?.name ?? '',
        what: `has ${largest?.content.length} bytes: the files need ${excess} bytes more than the ${CONFIG_VOLUME_SIZE} there are (each is rounded up to ${TAR_BLOCK_SIZE})`,
      },
    ]);
  }
  const volume = new Uint8Array(CONFIG_VOLUME_SIZE);
  volume.set(archive);
  return volume;
}

/**
 * The files on a volume, in whatever order and with whatever else it holds. Throws FormatError that
 * names those that are missing or no text.
 */
export function decodeConfigVolume(bytes: Uint8Array): ConfigVolumeFiles {
  // A member that was appended later stands for the earlier one, as for tar.
  const found = new Map(decodeTar(bytes).map(({ name, content }) => [name, content]));
  const problems: FormatProblem[] = [];
  const text = (name: ConfigVolumeMember): string => {
    const content = found.get(name);
    if (content === undefined) {
      problems.push({ key: name, what: 'is missing' });
      return '';
    }
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      problems.push({ key: name, what: 'is not UTF-8 text' });
      return '';
    }
  };
  const files: ConfigVolumeFiles = {
    version: text('version'),
    'fhanswers.conf': text('fhanswers.conf'),
    'hosted-engine.conf': text('hosted-engine.conf'),
    'broker.conf': text('broker.conf'),
    'vm.conf': text('vm.conf'),
  };
  if (problems.length > 0) throw new FormatError(VOLUME, problems);
  return files;
}
