/** A coordinator as a process of its own, to be killed: FOLDER PORT SPEED. Its clock runs SPEED times as fast as ours. */
import { systemClock } from '../../src/platform/clock.js';
import { startCoordinator } from './coordinator.js';
import { fasterClock } from './faster-clock.js';

const [folder = '', port = '0', speed = '1', began = '0'] = process.argv.slice(2);
const clock = fasterClock(systemClock, Number(speed), Number(began));
const { url, wake } = await startCoordinator(folder, { port: Number(port), clock });
// Somebody wrote into its file from outside.
process.on('SIGUSR2', wake);
process.stdout.write(`${url}\n`);
