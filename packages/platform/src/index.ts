export * from './direct-io.js';
export * from './lease-view.js';
export * from './libvirt/libvirt-driver.js';
export * from './mounts.js';
export * from './process-runner.js';
export * from './sanlock/sanlock-lease-manager.js';
export * from './system-clock.js';
export * from './whiteboard-file.js';
