import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LentTown, openLentTown, PATIENCE } from '../support/lent-town.js';
import { read } from '../support/until.js';

let town: LentTown;

beforeAll(async () => {
  town = await openLentTown();
}, PATIENCE);
afterAll(async () => {
  await town?.close();
}, PATIENCE);

describe('a hunt on lent machines, from the suite to the thanks', () => {
  it('needs a suite that somebody else approves', async () => {
    expect(await town.told(town.ana.id, 'suite add', { shipped: 'cloud' })).toContain('cloud is added');
    const digest = await town.eventually(
      () => town.bot.guilds.open(town.guild.id).db.prepare('SELECT digest FROM suite').pluck().get() as string,
    );
    expect(await town.told(town.ana.id, 'suite approve', { suite: digest })).toContain('moderators');
    expect(await town.told(town.owner.id, 'hunt start', { suite: 'cloud' })).toContain('waits for approval');
    expect(await town.told(town.owner.id, 'suite approve', { suite: digest })).toContain('may run on machines');
  });

  it(
    'is lent six machines by three people',
    async () => {
      const names = [town.ana.id, town.wei.id, town.bo.id].flatMap((lender) => [1, 2].map((n) => [lender, n] as const));
      for (const [lender, n] of names)
        await town.lend(lender, `bird-${[town.ana.id, town.wei.id, town.bo.id].indexOf(lender) + 1}-${n}`, 'cloud');
      expect(await town.told(town.owner.id, 'machine list')).toContain('6 machines');
    },
    PATIENCE,
  );

  it(
    'finds, repeats, shrinks and confirms a bug on other people’s machines',
    async () => {
      const told = await town.say(town.owner.id, 'hunt start', {
        suite: 'cloud',
        bugs: 'w7, flaky_start',
        steps: 200_000,
        length: 100,
        strategy: 'mix',
      });
      expect(read(told)).toContain('Hunt #1 runs');
      await town.eventually(() => town.live(1));
      const thread = await town.eventually(() => town.threads().find(({ name }) => name.includes('create_snapshot')));
      expect(read(town.card(thread.id))).toMatch(/Suspected|Reproduced|Confirmed/);
      await town.eventually(() => {
        return (
          town.tagNames(thread.id).includes('Confirmed') && /7 steps, shrunk from/.test(read(town.card(thread.id)))
        );
      });
      const text = read(town.card(thread.id));
      expect(text).toContain('confirmed by');
      expect(town.card(thread.id).attachments.map(({ filename }) => filename)).toEqual([
        expect.stringMatching(/^finding-\d+\.yaml$/),
      ]);
      expect(new Set(town.threads().map(({ name }) => name)).size).toBe(town.threads().length);
    },
    PATIENCE,
  );

  it(
    'ends with a picture, and credit on the board',
    async () => {
      await town.say(town.owner.id, 'hunt stop', { hunt: 1 });
      await town.eventually(() => {
        return town.live(1)?.attachments.some(({ filename }) => filename === 'hunt-1.png');
      });
      const board = await town.told(town.bo.id, 'machine board');
      for (const id of [town.ana.id, town.wei.id, town.bo.id]) expect(board).toContain(`<@${id}>`);
      expect(town.local.violations).toEqual([]);
      expect(town.logged.filter((line) => /"level":(50|60|"error")/.test(line))).toEqual([]);
    },
    PATIENCE,
  );
});
