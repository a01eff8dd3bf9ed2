// Measures failover and the daemon's cost, and says what of it is within its bounds. Exit status 0 only when all is.

import { writeFileSync } from 'node:fs';
import { type Cluster, labObstacle } from '@hosted-engine/lab';
import { HeError, messageOf } from '@hosted-engine/ports';
import { type BenchOptions, type Part, parseArguments } from './arguments.js';
import { type Finding, isFigure, isKept } from './figure.js';
import { settle, withCluster } from './lab-session.js';
import { measureCost } from './parts/cost.js';
import { measureCrash } from './parts/crash.js';
import { measureMigration } from './parts/migration.js';
import { measureQemuCrash } from './parts/qemu.js';
import { measureStatus } from './parts/status.js';
import { measureTick } from './parts/tick.js';
import { reportJson, reportText } from './report.js';

type LabPart = Exclude<Part, 'tick'>;

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

const IN_LAB: Readonly<
  Record<LabPart, (cluster: Cluster, options: BenchOptions) => Promise<readonly Finding[]>>
> = {
  cost: (cluster, { seconds }) => measureCost(cluster.lab, seconds),
  status: async (cluster) => [await measureStatus(cluster.lab)],
  qemu: async (cluster, { kills }) => [await measureQemuCrash(cluster, kills)],
  migration: async (cluster, { moves }) => [await measureMigration(cluster, moves)],
  crash: async (cluster, { crashes }) => [await measureCrash(cluster, crashes, tell)],
};

async function run(options: BenchOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (options.parts.includes('tick')) findings.push(await measureTick());
  const parts = options.parts.filter((part): part is LabPart => part !== 'tick');
  if (parts.length === 0) return findings;
  const obstacle = labObstacle();
  if (obstacle !== undefined) {
    return [...findings, ...parts.map((name) => ({ name, why: obstacle }))];
  }
  tell('deploying three hosts');
  await withCluster(async (cluster) => {
    for (const part of parts) {
      tell(`measuring: ${part}`);
      const measure = async () => {
        // A part before it may have left a host on its way up.
        await settle(cluster);
        return IN_LAB[part](cluster, options);
      };
      findings.push(...(await attempt(part, measure)));
    }
  });
  return findings;
}

/** One part that fails leaves the others their turn. */
async function attempt(
  name: string,
  measure: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await measure();
  } catch (error) {
    return [{ name, why: messageOf(error) }];
  }
}

try {
  const options = parseArguments(process.argv.slice(2));
  const findings = await run(options);
  if (options.json === '-') process.stdout.write(reportJson(findings));
  else process.stdout.write(reportText(findings));
  if (options.json !== undefined && options.json !== '-') {
    writeFileSync(options.json, reportJson(findings));
  }
  process.exitCode = findings.every((one) => isFigure(one) && isKept(one)) ? 0 : 1;
} catch (error) {
  tell(messageOf(error));
  if (error instanceof HeError && error.remedy !== undefined) tell(error.remedy);
  process.exitCode = error instanceof HeError ? error.exitCode : 1;
}
