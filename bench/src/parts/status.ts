import { HOST_CHECKOUT, type Lab } from '@hosted-engine/lab';
import type { Figure } from '../figure.js';

const RUNS = 10;
/** The first fills the page cache, as any later use of the command finds it. */
const SCRIPT = `
TIMEFORMAT=%R
command() { ${HOST_CHECKOUT}/bin/hosted-engine --vm-status --json >/dev/null; }
command
for run in $(seq ${RUNS}); do time command; done
`;

/** The wall time of the command, taken inside the host. */
export async function measureStatus(lab: Lab): Promise<Figure> {
  const { code, stderr } = await lab.host(1).exec(['bash', '-c', SCRIPT]);
  const values = stderr.trim().split('\n').map(Number);
  if (code !== 0 || values.length !== RUNS || values.some(Number.isNaN)) {
    throw new Error(`hosted-engine --vm-status: ${stderr}`);
  }
  return { name: '--vm-status --json', unit: 's', values, medianMax: 0.1 };
}
