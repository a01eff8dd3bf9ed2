// What goes into the image, as data: packages, kernel modules, sizes, kernel command line.

const MIB = 1024 * 1024;

/** Packages whose files are used; they are downloaded and unpacked, never installed. */
export const PACKAGES = {
  /** A metapackage: the newest kernel is the one it depends on. */
  kernelMeta: 'linux-image-cloud-amd64',
  /** Programs that run during the build. */
  tools: ['syslinux', 'syslinux-common', 'mtools'],
  /** Files of these go into the image. */
  image: [
    'busybox-static',
    'e2fsck-static',
    'haproxy',
    'qemu-guest-agent',
    // Libraries of these, which this machine may not have.
    'libcap2',
    'libcrypt1',
    'libgcrypt20',
    'libglib2.0-0',
    'libgpg-error0',
    'liblua5.3-0',
    'liblz4-1',
    'liblzma5',
    'libnuma1',
    'libopentracing-c-wrapper0',
    'libopentracing1',
    'libpcre2-8-0',
    'libssl3',
    'libsystemd0',
    'libudev1',
    'liburing2',
    'libzstd1',
  ],
} as const;

/**
 * Kernel modules in loading order: each one after those that it needs. `disk` is loaded by the
 * initramfs, the others from the root file system: `net` at once, `late` in the background,
 * `seed` only while the appliance is not set up (CD, ISO 9660, FAT).
 * The cloud kernel has no AHCI driver: a seed CD must be on IDE or virtio-scsi, or a virtio disk.
 */
export const MODULES = {
  disk: [
    'virtio_ring',
    'virtio',
    'virtio_pci_legacy_dev',
    'virtio_pci_modern_dev',
    'virtio_pci',
    'virtio_blk',
  ],
  net: ['failover', 'net_failover', 'virtio_net', 'virtio-rng'],
  /** What a network installation needs beside `disk`. */
  installer: ['failover', 'net_failover', 'virtio_net'],
  late: ['button', 'evdev', 'virtio_console'],
  seed: [
    'scsi_common',
    'scsi_mod',
    'virtio_scsi',
    'libata',
    'ata_piix',
    'cdrom',
    'sr_mod',
    'isofs',
    'fat',
    'nls_cp437',
    'nls_ascii',
    'nls_utf8',
    'vfat',
  ],
} as const;

/** Sizes in bytes. The root is never written; the data partition holds database, keys and logs. */
export const SIZES = {
  boot: 48 * MIB,
  root: 192 * MIB,
  data: 512 * MIB,
} as const;

export const LABELS = { boot: 'HE_BOOT', root: 'HE_ROOT', data: 'HE_DATA' } as const;

/** Nothing secret may stand here: every process of the guest can read it. */
export const KERNEL_COMMAND_LINE = [
  'console=ttyS0,115200n8',
  'quiet',
  'loglevel=3',
  'panic=10',
  // The timer check and the loops-per-jiffy measurement cost a second under emulation.
  'no_timer_check',
  'tsc=reliable',
  'random.trust_cpu=on',
  'net.ifnames=0',
  // The kernel's own tests of its ciphers cost a third of a second under emulation.
  'cryptomgr.notests',
].join(' ');

/** Bump when the builder itself changes what it makes from the same inputs. */
export const RECIPE_VERSION = 1;
