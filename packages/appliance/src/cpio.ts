// Writes cpio archives in the "newc" format, which the kernel unpacks as an initramfs. Written here
// rather than with the cpio program because device nodes then need neither root nor fakeroot.

export type CpioEntry =
  | { readonly kind: 'directory'; readonly name: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly data: Uint8Array;
      readonly executable: boolean;
    }
  | {
      readonly kind: 'character-device';
      readonly name: string;
      readonly major: number;
      readonly minor: number;
    };

const TYPE_DIRECTORY = 0o040000;
const TYPE_FILE = 0o100000;
const TYPE_CHARACTER = 0o020000;

/** The archive, all entries owned by root with time stamp zero, so that equal input is equal output. */
export function writeCpio(entries: readonly CpioEntry[]): Uint8Array {
  const parts: Buffer[] = [];
  entries.forEach((entry, index) => {
    parts.push(...member(entry, index + 1));
  });
  parts.push(header('TRAILER!!!', 0, 0, 0, 0, 0), pad(110 + 'TRAILER!!!'.length + 1));
  return Buffer.concat(parts);
}

function member(entry: CpioEntry, inode: number): Buffer[] {
  const nameSize = Buffer.byteLength(entry.name) + 1;
  switch (entry.kind) {
    case 'directory':
      return [header(entry.name, inode, TYPE_DIRECTORY | 0o755, 0, 0, 0), pad(110 + nameSize)];
    case 'character-device':
      return [
        header(entry.name, inode, TYPE_CHARACTER | 0o600, 0, entry.major, entry.minor),
        pad(110 + nameSize),
      ];
    case 'file':
      return [
        header(
          entry.name,
          inode,
          TYPE_FILE | (entry.executable ? 0o755 : 0o644),
          entry.data.length,
          0,
          0,
        ),
        pad(110 + nameSize),
        Buffer.from(entry.data),
        pad(entry.data.length),
      ];
  }
}

function header(
  name: string,
  inode: number,
  mode: number,
  size: number,
  deviceMajor: number,
  deviceMinor: number,
): Buffer {
  const nameBytes = Buffer.from(`${name}\0`);
  const links = (mode & TYPE_DIRECTORY) !== 0 ? 2 : 1;
  // Order of the fields: ino mode uid gid nlink mtime filesize dev(2) rdev(2) namesize check.
  const fields = [inode, mode, 0, 0, links, 0, size, 0, 0, deviceMajor, deviceMinor];
  const text = [...fields, nameBytes.length, 0]
    .map((value) => value.toString(16).padStart(8, '0'))
    .join('');
  return Buffer.concat([Buffer.from(`070701${text}`), nameBytes]);
}

/** Zeros up to the next multiple of four. */
function pad(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4);
}
