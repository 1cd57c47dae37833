/** Everything people can do, in the order they meet it. What is not listed here does not exist. */
import type { Job } from '../src/discord/catalogue.js';
import help, { turnHelp } from './help.js';
import doctor, { dropEffect, retryEffect } from './setup/doctor.js';

export const jobs: readonly Job[] = [
  { name: 'start', parts: [help, turnHelp] },
  { name: 'setup', parts: [doctor, retryEffect, dropEffect] },
];
