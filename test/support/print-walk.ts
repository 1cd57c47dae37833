/** Prints walks of a suite by every strategy, as a process of its own: `node print-walk.js SUITE.yaml SEED EPISODE`. */
import { readFileSync } from 'node:fs';
import { parseSuite } from '../../src/woodpecker/suite/parse.js';
import { printTrace } from '../../src/woodpecker/trace.js';
import { STRATEGIES, type WalkOrigin } from '../../src/woodpecker/types.js';
import { regenerate } from '../../src/woodpecker/walk/walk.js';

const [file = '', seed, episode] = process.argv.slice(2);
const suite = parseSuite(readFileSync(file, 'utf8'));
for (const strategy of STRATEGIES) {
  for (const lanes of [1, 2] as const) {
    const origin: WalkOrigin = {
      suite: suite.name,
      digest: suite.digest,
      ref: 'v1',
      strategy,
      seed: Number(seed),
      episode: Number(episode),
      length: suite.walk.length,
      lanes,
    };
    process.stdout.write(`${printTrace({ origin, steps: regenerate(suite, origin) })}\n`);
  }
}
