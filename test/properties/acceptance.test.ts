import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Actor, STANDINGS, type Standing } from '../../src/community/actor.js';
import { Refusal } from '../../src/community/refusal.js';
import { openGuild, person } from '../support/guild.js';

const THREAD = '700';
const REPLIES = ['901', '902', '903'] as const;
const PEOPLE: Readonly<Record<Standing, readonly Actor[]>> = {
  helper: [person('13', { roles: ['31'] }), person('23', { roles: ['31'] })],
  asker: [person('11')],
  moderator: [person('14', { moderates: true }), person('24', { moderates: true })],
};

const step = fc.oneof(
  fc.record({
    what: fc.constantFrom('accept' as const, 'undo' as const),
    reply: fc.constantFrom(...REPLIES),
    as: fc.constantFrom(...STANDINGS),
    who: fc.nat(1),
  }),
  fc.record({
    what: fc.constantFrom('close' as const, 'reopen' as const),
    as: fc.constantFrom(...STANDINGS),
    who: fc.nat(1),
  }),
  // Discord carries some of what waits out, and tells of it.
  fc.record({ what: fc.constant('deliver' as const), most: fc.nat(4) }),
);

/** What is meant: the heaviest word about each reply, and who closed. */
interface Model {
  readonly words: Map<string, { standing: Standing; accepted: boolean }>;
  closed: Standing | undefined;
}

const weight = (standing: Standing | undefined) => (standing ? STANDINGS.indexOf(standing) : -1);

/** The reason why the model says no, or undefined after it did as told. */
function expected(model: Model, what: 'accept' | 'undo', reply: string, as: Standing): boolean {
  if (model.closed) return false;
  const known = model.words.get(reply);
  if (what === 'undo' && !known?.accepted) return false;
  const wanted = what === 'accept';
  const same = known?.accepted === wanted && weight(as) <= weight(known.standing);
  if (same) return true;
  if (weight(known?.standing) > weight(as)) return false;
  if (as === 'helper' && [...model.words.values()].some(({ standing }) => standing !== 'helper')) return false;
  model.words.set(reply, { standing: as, accepted: wanted });
  return true;
}

describe('accepted answers, whatever the order of events', () => {
  it('follow the heaviest word, and leave one note for each of them in the post', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { community, guild, db } = openGuild();
        const { questions, settings } = community;
        settings.setPlace('channel.questions', '500');
        settings.setPlace('role.helper', '31');
        for (const [index, state] of ['open', 'answered', 'closed'].entries()) {
          settings.setPlace(`tag.${state}` as 'tag.open', String(41 + index));
        }
        questions.ask('1', { title: '云主机', body: '' }, person('11'));
        guild.outbox.due(9).forEach((row) => void guild.outbox.done(row, undefined));
        questions.posted(1, THREAD);

        const model: Model = { words: new Map(), closed: undefined };
        /** Notes that stand in the post: their ids, and the reply that each is about. */
        const notes = new Map<string, string>();
        let tag = '41';
        let next = 5000;
        const deliver = (most: number) => {
          for (let count = 0; count < most; count += 1) {
            const [row] = guild.outbox.due(1);
            if (!row) return;
            guild.outbox.done(row, undefined);
            const { effect, after } = row;
            if (effect.kind === 'thread.edit') tag = effect.tags?.[0] ?? '';
            if (effect.kind === 'delete') notes.delete(effect.message);
            if (effect.kind === 'post' && after) {
              const { message, decision } = after.arg as { message: string; decision: number };
              const id = String(next++);
              notes.set(id, message);
              questions.notePosted(message, decision, id);
            }
          }
        };
        const tried = (act: () => unknown): boolean => {
          try {
            act();
            return true;
          } catch (error) {
            if (error instanceof Refusal) return false;
            throw error;
          }
        };

        for (const each of steps) {
          if (each.what === 'deliver') {
            deliver(each.most);
            continue;
          }
          const by = PEOPLE[each.as][each.who % PEOPLE[each.as].length] ?? person('0');
          if (each.what === 'accept' || each.what === 'undo') {
            const { what, reply, as } = each;
            const done = tried(() =>
              what === 'accept'
                ? questions.accept(THREAD, { id: reply, author: '99', bot: false, content: '' }, by)
                : questions.undo(reply, by),
            );
            expect(done).toBe(expected(model, what, reply, as));
          } else if (each.what === 'close') {
            expect(tried(() => questions.close(THREAD, 'other', undefined, by))).toBe(!model.closed);
            model.closed ??= each.as;
          } else {
            const may = model.closed !== undefined && weight(each.as) >= weight(model.closed);
            expect(tried(() => questions.reopen(THREAD, by))).toBe(may);
            if (may) model.closed = undefined;
          }
        }

        deliver(Number.MAX_SAFE_INTEGER);
        const accepted = [...model.words].filter(([, word]) => word.accepted).map(([reply]) => reply);
        expect([...notes.values()].sort()).toEqual(accepted.sort());
        const state = model.closed ? 'closed' : accepted.length > 0 ? 'answered' : 'open';
        expect(questions.list({ state }, 0).total).toBe(1);
        expect(tag).toBe({ open: '41', answered: '42', closed: '43' }[state]);
        expect(guild.schedule.get('question.raise:1') !== undefined).toBe(state === 'open');
        db.close();
      }),
      { numRuns: 150 },
    );
  });
});
