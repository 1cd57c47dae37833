/** Driver of the suite `cloud`: a small IaaS in this process, answering Flock on stdin and stdout. See docs/drivers.md. */
import { serve } from '../../../src/woodpecker/drivers/serve.js';
import { createSimulator } from './simulator.js';

serve(createSimulator(), { input: process.stdin, output: process.stdout });
