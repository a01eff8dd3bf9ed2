import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { supportedCpuTypes } from '../src/checks/cpu.js';
import { PATHS } from '../src/paths.js';
import { FIRST_ANSWERS, putAnswers, runDeploy } from './fake/deployment.js';
import { FakeHost } from './fake/world.js';

const names = (vendor: string, flags: string): string[] =>
  supportedCpuTypes({ vendor, flags: flags.split(' ') }).map(({ id, name }) => `${id}: ${name}`);

const NEHALEM = 'fpu vmx lm nx pni ssse3 syscall cx16 sse4_1 sse4_2 popcnt';
const SKYLAKE = `${NEHALEM} aes avx avx2 bmi1 bmi2 f16c fma fsgsbase movbe pclmulqdq smep tsc_deadline_timer xsave 3dnowprefetch adx rdseed smap`;
const ZEN =
  'fpu svm lm nx pni sse2 ssse3 syscall cx16 rdtscp abm misalignsse popcnt sse4a sse4_1 sse4_2 aes avx avx2 f16c fma pclmulqdq xsave';

describe('CPU types by the look of the CPU', () => {
  test('of the second transcript of the specification', () => {
    assert.deepEqual(names('GenuineIntel', NEHALEM), [
      'model_Nehalem: Intel Nehalem Family',
      'model_Penryn: Intel Penryn Family',
      'model_Conroe: Intel Conroe Family',
    ]);
  });

  test('of a later CPU, the best first; without TSX where firmware took it away', () => {
    assert.deepEqual(names('GenuineIntel', SKYLAKE).slice(0, 3), [
      'model_Broadwell-noTSX: Intel Broadwell-noTSX Family',
      'model_Haswell-noTSX: Intel Haswell-noTSX Family',
      'model_SandyBridge: Intel SandyBridge Family',
    ]);
    assert.equal(
      names('GenuineIntel', `${SKYLAKE} hle rtm`)[0],
      'model_Broadwell: Intel Broadwell Family',
    );
  });

  test('of an AMD CPU that no longer has the instructions of the fourth Opteron', () => {
    assert.deepEqual(names('AuthenticAMD', ZEN), [
      'model_Opteron_G3: AMD Opteron G3',
      'model_Opteron_G2: AMD Opteron G2',
      'model_Opteron_G1: AMD Opteron G1',
    ]);
  });

  test('of another vendor are none: the host daemon decides', () => {
    assert.deepEqual(names('', NEHALEM), []);
  });
});

describe('the CPU type that was assumed', () => {
  async function deployed(prepare: (host: FakeHost) => void, cpu?: string) {
    const host = new FakeHost();
    putAnswers(host, FIRST_ANSWERS, cpu === undefined ? {} : { 'OVEHOSTED_VDSM/cpu': cpu });
    prepare(host);
    const { outcome, lines } = await runDeploy(host);
    const vmConf = host.files.text(PATHS.vmConf) ?? '';
    return { outcome, lines, type: /^cpuType=(.*)$/m.exec(vmConf)?.[1] };
  }

  test('gives way to what the host daemon offers, with a warning', async () => {
    const { outcome, lines, type } = await deployed((host) => {
      host.hostd.cpuFlags = 'model_Conroe';
    });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.equal(type, 'Conroe');
    assert.ok(
      lines.includes(
        '[WARNING] The host daemon does not offer model_Penryn: the VM gets model_Conroe',
      ),
    );
  });

  test('is none where the look says nothing, and the host daemon chooses', async () => {
    const { outcome, type } = await deployed((host) => {
      host.cpu.vendor = 'Unheard-of';
    });
    assert.deepEqual(outcome, { kind: 'done' });
    assert.equal(type, 'Penryn');
  });

  test('but one that was given stays, or ends the run', async () => {
    const { outcome } = await deployed((host) => {
      host.hostd.cpuFlags = 'model_Conroe';
    }, 'str:model_Penryn');
    assert.equal(outcome.kind === 'failed' && outcome.error.code, 'HE_ANSWER_INVALID');
  });
});
