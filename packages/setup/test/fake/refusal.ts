import assert from 'node:assert/strict';
import { ERROR_CATALOGUE, type HeErrorCode } from '@hosted-engine/ports';
import { exitCodeOf } from '../../src/deploy.js';
import { runDeploy } from './deployment.js';
import type { FakeHost } from './world.js';

/** Something that is wrong with the answers or the host, and what set-up has to say to it. */
export interface Case {
  readonly name: string;
  readonly answers?: Readonly<Record<string, string | undefined>>;
  readonly prepare?: (host: FakeHost) => void;
  readonly code: HeErrorCode;
  readonly message: RegExp;
}

export const answer = (
  name: string,
  answers: Readonly<Record<string, string | undefined>>,
  message: RegExp,
  code: HeErrorCode = 'HE_ANSWER_INVALID',
): Case => ({ name, answers, message, code });

export const state = (
  name: string,
  prepare: (host: FakeHost) => void,
  code: HeErrorCode,
  message: RegExp,
): Case => ({ name, prepare, code, message });

/** Runs the deployment and expects exactly this refusal, with the host left as it was. */
export async function refused(host: FakeHost, { code, message }: Case): Promise<void> {
  const before = host.snapshot();
  const { outcome, lines } = await runDeploy(host);
  assert.equal(outcome.kind === 'failed' && outcome.error.code, code, lines.join('\n'));
  assert.match(outcome.kind === 'failed' ? outcome.error.message : '', message);
  assert.equal(exitCodeOf(outcome), ERROR_CATALOGUE[code].exitCode);
  assert.notEqual(exitCodeOf(outcome), 0);
  if (code === 'HE_ABORTED') assert.ok(lines.includes('[WARNING] Aborted'));
  else assert.equal(lines.filter((line) => line.startsWith('[ ERROR ]')).length, 1);
  assert.ok(!lines.join('\n').includes('secret1'), 'no secret is shown');
  assert.deepEqual(host.snapshot(), before, 'nothing has changed');
}
