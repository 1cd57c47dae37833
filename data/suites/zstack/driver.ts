/** Driver of the suite `zstack`. See docs/drivers.md, and suite.yaml for the variables that it reads. */
import { serve } from '../../../src/woodpecker/drivers/serve.js';
import { createZStack } from './zstack.js';

serve(createZStack(process.env), { input: process.stdin, output: process.stdout });
