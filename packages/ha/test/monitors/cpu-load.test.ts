import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VmView } from '@hosted-engine/core';
import type { HostFigures, VmReport } from '@hosted-engine/ports';
import { createCpuLoad } from '../../src/monitors/cpu-load.js';

const figures = (cpuBusyShare: number | undefined): HostFigures => ({
  memoryFreeMiB: 1000,
  cpuBusyShare,
  cpuCount: 4,
  interfaceUp: new Map(),
});
const RUNNING: VmView = { kind: 'running', status: 'Up' };
const vm = (view: VmView, cpuCores: number | undefined): VmReport => ({ view, cpuCores });

test('the share of the engine VM is taken out', () => {
  const load = createCpuLoad();
  load.add(0, figures(0.75), vm(RUNNING, 2));
  assert.equal(load.value(10), 0.25);
});

test('a host without the VM counts all of its load, whatever is said of the VM', () => {
  const load = createCpuLoad();
  load.add(0, figures(0.75), vm({ kind: 'absent' }, undefined));
  assert.equal(load.value(10), 0.75);
});

test('after a boot the load from before goes on counting until the VM has figures of its own', () => {
  const load = createCpuLoad();
  load.add(0, figures(0.2), vm({ kind: 'absent' }, undefined));
  load.add(10, figures(0.9), vm(RUNNING, undefined));
  assert.equal(load.value(20), 0.2);
  load.add(20, figures(0.9), vm(RUNNING, 2.8));
  assert.equal(load.value(40)?.toFixed(3), '0.200');
});

test('a daemon that is new takes all of the load until it can tell the VM from the rest', () => {
  const load = createCpuLoad();
  load.add(0, figures(0.9), undefined);
  assert.equal(load.value(1), 0.9);
  load.add(5, figures(0.9), vm(RUNNING, 3.2));
  assert.equal(load.value(6)?.toFixed(3), '0.100');
});

test('nothing is known before the host daemon has measured', () => {
  const load = createCpuLoad();
  load.add(0, figures(undefined), vm({ kind: 'absent' }, undefined));
  load.add(0, { ...figures(0.5), cpuCount: undefined }, vm({ kind: 'absent' }, undefined));
  assert.equal(load.value(1), undefined);
});

test('the average is over fifteen minutes, weighed by time', () => {
  const load = createCpuLoad();
  const none = vm({ kind: 'absent' }, undefined);
  load.add(0, figures(1), none);
  load.add(600, figures(0), none);
  assert.equal(load.value(1200)?.toFixed(4), (300 / 900).toFixed(4));
});
