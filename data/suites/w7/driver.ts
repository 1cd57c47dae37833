/** Driver of the suite `w7`: its eighteen actions, said in the words of the simulator of the suite `cloud`. */
import { serve } from '../../../src/woodpecker/drivers/serve.js';
import { createW7 } from './w7.js';

serve(createW7(), { input: process.stdin, output: process.stdout });
