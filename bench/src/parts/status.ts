import { HOST_CHECKOUT, type Lab } from '@hosted-engine/lab';
import { type Figure, median } from '../figure.js';

const RUNS = 10;
/**
 * The first run fills the page cache, as any later use of the command finds it. An empty program of Node's is timed in
 * turn with it: it tells how fast the machine is at this hour, which varies by half.
 */
const SCRIPT = `
TIMEFORMAT=%R
command() { ${HOST_CHECKOUT}/bin/hosted-engine --vm-status --json >/dev/null; }
command
for run in $(seq ${RUNS}); do time command; time node -e 0; done
`;

/** The wall time of the command, taken inside the host. */
export async function measureStatus(lab: Lab): Promise<Figure> {
  const { code, stderr } = await lab.host(1).exec(['bash', '-c', SCRIPT]);
  const times = stderr.trim().split('\n').map(Number);
  if (code !== 0 || times.length !== 2 * RUNS || times.some(Number.isNaN)) {
    throw new Error(`hosted-engine --vm-status: ${stderr}`);
  }
  const values = times.filter((_, index) => index % 2 === 0);
  const empty = median(times.filter((_, index) => index % 2 === 1));
  const note = `an empty program of Node's, \`node -e 0\`, took ${empty.toFixed(3)} s (median, in turn with it)`;
  return { name: '--vm-status --json', unit: 's', values, medianMax: 0.1, note };
}
