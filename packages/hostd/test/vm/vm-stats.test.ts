import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCpuUsageMeter, parseProcessStat } from '../../src/vm/cpu-usage.js';
import { graphicsWithTicket } from '../../src/vm/graphics-ticket.js';
import { EXIT, ended, newVmRecord, withStatus } from '../../src/vm/vm-record.js';
import { displaysOf, statusEvent, vmStats, withoutTickets } from '../../src/vm/vm-stats.js';

const XML = `<domain type='kvm'><name>engine</name><features><acpi/></features><devices>
  <graphics type='vnc' port='5901' autoport='yes' listen='0.0.0.0' passwd='old'>
    <listen type='address' address='0.0.0.0'/>
  </graphics></devices></domain>`;
const record = newVmRecord({ vmId: 'id', name: 'engine', xml: XML, images: [] }, 100);
const common = { cpu: undefined, nowS: 160, isConnected: true };

it('of a running VM: numbers as text, silent monitor told apart', () => {
  const up = withStatus(record, 'Up', 110);
  const view = { vmId: 'id', name: 'engine', state: 'running', xml: XML, pid: 4711 } as const;
  const seen = vmStats({ record: up, sighting: { view, atS: 155 }, ...common });
  assert.ok(seen.status === 'Up');
  assert.deepEqual(
    [seen.elapsedTime, seen.pid, seen.monitorResponse, seen.kvmEnable, seen.acpiEnable],
    ['60', '4711', '0', 'true', 'true'],
  );
  assert.equal(seen.statusTime, String(2 ** 31 - 1 + 160_000));
  assert.deepEqual([seen.cpuActual, seen.cpuUser], [false, '0.00']);
  const old = vmStats({ record: up, sighting: { view, atS: 100 }, ...common });
  assert.ok(old.status === 'Up' && old.monitorResponse === '-1');
});

it('of a VM that ended: why, in its stats and its event', () => {
  const down = ended(record, EXIT.userShutdown, 120);
  const seen = vmStats({ record: down, sighting: undefined, ...common });
  assert.ok(seen.status === 'Down');
  assert.deepEqual([seen.exitCode, seen.exitReason], [0, 7]);
  assert.deepEqual(statusEvent(down)['exitReason'], 7);
});

it('displays, and XML without their passwords', () => {
  assert.deepEqual(displaysOf(XML), [
    { type: 'vnc', port: '5901', tlsPort: '-1', ipAddress: '0.0.0.0' },
  ]);
  assert.ok(!withoutTickets(XML).includes('old'));
});

it('a ticket replaces the old one, ends in UTC and is escaped', () => {
  const ticket = { password: `a'<&`, ttlS: 120, connected: 'keep' } as const;
  const element = graphicsWithTicket(XML, 'vnc', ticket, 0) ?? '';
  assert.ok(
    element.startsWith(
      `<graphics passwd='a&apos;&lt;&amp;' passwdValidTo='1970-01-01T00:02:00' type='vnc'`,
    ),
  );
  assert.ok(element.endsWith('</graphics>') && !element.includes('old'));
  assert.equal(graphicsWithTicket(XML, 'spice', ticket, 0), undefined);
  assert.ok(!graphicsWithTicket(XML, undefined, { ...ticket, ttlS: 0 }, 0)?.includes('ValidTo'));
});

it('reads processor times behind any command name', async () => {
  const fields = Array.from({ length: 40 }, (_, i) => String(i)).join(' ');
  assert.deepEqual(parseProcessStat(`1 (a) b) ${fields}`), { userS: 0.11, sysS: 0.12 });
  const meter = createCpuUsageMeter(() => 1);
  await meter.sample('id', process.pid);
  assert.equal(meter.usage('id'), undefined);
  await meter.sample('id', process.pid);
  assert.ok((meter.usage('id')?.totalNs ?? 0) > 0);
});
