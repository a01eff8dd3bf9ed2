/** Where this daemon remembers its networks. */
export const NETWORK_PATHS = {
  runDir: '/run/vdsm',
  persistentDir: '/var/lib/vdsm/networks',
} as const;
