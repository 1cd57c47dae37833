import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.js';
import { isCaught, PLANTS, planted, plantsFor } from '../../../src/woodpecker/run/canary.js';
import { runWalk, traceSource } from '../../../src/woodpecker/run/run.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import { boxes, boxSuite, steps } from './boxes.js';

const suite = boxSuite();
const trace = steps('make -> box#1', 'shut box#1', 'open box#1', 'shake', 'shake');
const plan = () => ({ suite, source: traceSource(suite, trace), start: { seed: 1, bugs: [] } });

describe('a planted bug', () => {
  it.each(PLANTS)('is caught, wherever the states come from: %s', async (plant) => {
    for (const tells of [false, true]) {
      const result = await runWalk(planted(boxes({ tells }), plant, 2), plan(), { clock: systemClock });
      expect(isCaught(result.failure, plant)).toBe(true);
    }
  });

  it('is not caught by a runner whose look at states comes back empty: that is what the canary is for', async () => {
    const blind = { ...boxes(), observe: () => ({ states: {} }) };
    const result = await runWalk(planted(blind, 'state', 2), plan(), { clock: systemClock });
    expect(result.outcome).toBe('pass');
    expect(isCaught(result.failure, 'state')).toBe(false);
  });

  it('is not mistaken for a failure of the system', async () => {
    const wrong = { ...boxes(), check: () => 'dust' };
    const result = await runWalk(planted(wrong, 'state', 2), plan(), { clock: systemClock });
    expect(result.failure).toMatchObject({ kind: 'check', message: 'dust' });
    expect(isCaught(result.failure, 'state')).toBe(false);
  });

  it('is never a check where the suite has none to ask', () => {
    expect(plantsFor(suite)).toContain('check');
    const bare = parseSuite('suite: bare\nresources: { box: { states: [open] } }\nactions: { make: { makes: [box] } }');
    expect(plantsFor(bare)).not.toContain('check');
  });
});
