/** Prints walks of a suite, as a process of its own: `node print-walk.js SUITE.yaml STRATEGY SEED EPISODE LANES`. */
import { readFileSync } from 'node:fs';
import { parseSuite } from '../../src/woodpecker/suite/parse.js';
import { printTrace } from '../../src/woodpecker/trace.js';
import { STRATEGIES, type WalkOrigin } from '../../src/woodpecker/types.js';
import { regenerate } from '../../src/woodpecker/walk/walk.js';

const [file = '', strategy, seed, episode, lanes] = process.argv.slice(2);
const suite = parseSuite(readFileSync(file, 'utf8'));
const origin: WalkOrigin = {
  suite: suite.name,
  digest: suite.digest,
  ref: 'v1',
  strategy: STRATEGIES.find((s) => s === strategy) ?? 'mix',
  seed: Number(seed),
  episode: Number(episode),
  length: suite.walk.length,
  lanes: lanes === '2' ? 2 : 1,
};
process.stdout.write(printTrace({ origin, steps: regenerate(suite, origin) }));
