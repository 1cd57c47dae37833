/** Discord is away for an hour while lent machines go on with a hunt. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LentTown, openLentTown, PATIENCE } from '../support/lent-town.js';
import { read } from '../support/until.js';

const MINUTE = 60_000;
let town: LentTown;

beforeAll(async () => {
  town = await openLentTown();
}, PATIENCE);
afterAll(async () => {
  await town?.close();
}, PATIENCE);

/** No request is answered, and no line to the gateway holds. Returns how it comes back. */
function sendAway(): () => void {
  const { faults, dropGateway } = town.local;
  faults.add({ times: Number.POSITIVE_INFINITY, trouble: { kind: 'drop' } });
  dropGateway('cut');
  const cutting = setInterval(() => dropGateway('cut'), 50);
  return () => {
    clearInterval(cutting);
    faults.clear();
  };
}

it(
  'does not keep machines from their work, and is told all of it once when it is back',
  async () => {
    await town.say(town.ana.id, 'suite add', { shipped: 'cloud' });
    const { db } = town.bot.guilds.open(town.guild.id);
    const one = <T>(sql: string): T => db.prepare<[], T>(sql).pluck().get() as T;
    await town.say(town.owner.id, 'suite approve', { suite: one<string>('SELECT digest FROM suite') });
    const people = [town.ana.id, town.wei.id, town.bo.id];
    for (const [n, lender] of people.entries()) await town.lend(lender, `bird-${n}`, 'cloud');
    const plan = { suite: 'cloud', bugs: 'foreign_group', steps: 3_000, length: 50 };
    expect(await town.told(town.owner.id, 'hunt start', plan)).toContain('Hunt #1 runs');
    await town.eventually(() => town.live(1));

    const comeBack = sendAway();
    const before = one<number>('SELECT steps FROM hunt');
    await town.eventually(() => one<string>('SELECT standing FROM finding') === 'confirmed');
    for (let minute = 0; minute < 60; minute += 10) {
      town.pass(10 * MINUTE);
      const seen = one<number>('SELECT max(seen_at) FROM machine');
      await town.eventually(() => one<number>('SELECT max(seen_at) FROM machine') > seen + MINUTE);
    }
    await town.eventually(() => one<string>('SELECT state FROM hunt') === 'done');
    await town.eventually(() => one<string>('SELECT shrinking FROM finding') === 'done');
    expect(one<number>('SELECT steps FROM hunt')).toBeGreaterThan(before);
    expect(town.live(1)?.attachments).toEqual([]);
    expect(town.threads()).toEqual([]);

    comeBack();
    await town.eventually(() => town.live(1)?.attachments.some(({ filename }) => filename === 'hunt-1.png'));
    await town.eventually(() => town.threads().some(({ id }) => town.tagNames(id).includes('Confirmed')));
    const [thread] = town.threads();
    await town.eventually(() => /steps, shrunk from/.test(read(town.card(thread?.id ?? ''))));
    const found = one<number>(`SELECT count(*) FROM finding WHERE standing <> 'seen'`);
    await town.eventually(() => town.threads().length === found);
    const cards = town.local.actor(town.owner.id).messages(town.channel('hunts')?.id ?? '');
    expect(cards.filter((message) => read(message).includes('Hunt #1 '))).toHaveLength(1);
    expect(one(`SELECT count(*) FROM job WHERE state IN ('ready', 'leased')`)).toBe(0);
    expect(
      one(`SELECT count(*) FROM (SELECT job FROM ledger WHERE kind = 'granted' GROUP BY job HAVING count(*) > 1)`),
    ).toBe(0);
    expect(one(`SELECT count(*) FROM outbox WHERE state = 'parked'`)).toBe(0);
    // The bot works on: it is asked, and answers.
    await town.eventually(() => town.local.actor(town.owner.id));
    expect(await town.told(town.wei.id, '机器 列表')).toContain('bird-0');
  },
  PATIENCE,
);
