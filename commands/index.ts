/** Everything people can do, in the order they meet it. What is not listed here does not exist. */
import type { Job } from '../src/discord/catalogue.js';
import help from './help.js';

export const jobs: readonly Job[] = [{ name: 'start', parts: [help] }];
