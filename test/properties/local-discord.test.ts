import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiscordError } from '../../src/local-discord/errors.js';
import { Close, parseCommand } from '../../src/local-discord/gateway/protocol.js';
import { createSession } from '../../src/local-discord/gateway/session.js';
import { answer } from '../../src/local-discord/interactions/answer.js';
import { fakeClock } from '../support/clock.js';
import { quietTown } from '../support/town.js';

/** A JSON value with a few of its parts replaced by anything. */
const mutated = (sound: unknown): fc.Arbitrary<unknown> =>
  fc.array(fc.tuple(fc.nat(), fc.jsonValue()), { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy = { root: structuredClone(sound) };
    for (const [pick, value] of changes) {
      const places: [Record<string, unknown>, string][] = [];
      const walk = (node: unknown) => {
        if (typeof node !== 'object' || node === null) return;
        for (const key of Object.keys(node)) {
          places.push([node as Record<string, unknown>, key]);
          walk((node as Record<string, unknown>)[key]);
        }
      };
      walk(copy);
      const place = places[pick % places.length];
      if (place) place[0][place[1]] = value;
    }
    return copy.root;
  });

/** Runs it; anything that is thrown must be a refusal in Discord's words. */
function refusedAtMost(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(DiscordError);
  }
}

describe('whatever a bot sends', () => {
  const command = {
    name: 'ask',
    name_localizations: { 'zh-CN': '提问' },
    description: 'Ask',
    default_member_permissions: '8',
    contexts: [0],
    options: [
      {
        type: 2,
        name: 'g',
        description: 'x',
        options: [
          {
            type: 1,
            name: 's',
            description: 'x',
            options: [{ type: 3, name: 'o', description: 'x', choices: [{ name: 'a', value: 'b' }] }],
          },
        ],
      },
    ],
  };

  it('as a command is registered or refused by Discord’s rules', () => {
    const { interactions, application } = quietTown(fakeClock());
    const scope = { application };
    fc.assert(
      fc.property(fc.oneof(mutated(command), fc.jsonValue()), (body) => {
        refusedAtMost(() => interactions.commands.replace(scope, [body]));
        for (const { id } of interactions.commands.list(scope)) interactions.commands.remove(scope, id);
      }),
      { numRuns: 500 },
    );
  });

  const reply = {
    type: 4,
    data: {
      content: 'hi',
      flags: 64,
      embeds: [{ title: 't', fields: [{ name: 'n', value: 'v' }] }],
      components: [{ type: 1, components: [{ type: 2, style: 1, custom_id: 'c', label: 'l' }] }],
      allowed_mentions: { parse: [] },
    },
  };
  const modal = {
    type: 9,
    data: {
      custom_id: 'm',
      title: 'M',
      components: [{ type: 18, label: 'L', component: { type: 4, custom_id: 't', style: 1 } }],
    },
  };

  it('as an answer is accepted once, or refused with the interaction still open', async () => {
    const { interactions, application, actor, ana, general, told } = quietTown(fakeClock());
    interactions.commands.replace({ application }, [{ name: 'ping', description: 'x' }]);
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated(reply), mutated(modal), fc.jsonValue()), async (body) => {
        const action = actor(ana.id).command(general.id, 'ping');
        const last = told.at(-1) ?? expect.fail('nothing was told');
        const { id, token } = last.data as { id: string; token: string };
        const interaction = interactions.live.toAnswer(id, token);
        refusedAtMost(() => answer(interactions.answering, interaction, body, []));
        if (interaction.state === 'open') answer(interactions.answering, interaction, { type: 5 }, []);
        expect((await action.outcome).kind).not.toBe('failed');
        expect(() => interactions.live.toAnswer(id, token)).toThrow(expect.objectContaining({ code: 40060 }));
      }),
      { numRuns: 500 },
    );
  });

  it('on the gateway is understood, or ends the connection with a code', () => {
    const sound = { op: 2, d: { token: 't', intents: 1, properties: {}, shard: [0, 1] } };
    const payload = fc.oneof(
      fc.string(),
      fc.json(),
      mutated(sound).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(payload, (raw) => {
        try {
          parseCommand(raw);
        } catch (error) {
          expect(error).toBeInstanceOf(Close);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a session', () => {
  /** What may happen to a session, in any order. */
  const happening = fc.oneof(
    { weight: 5, arbitrary: fc.constant('dispatch' as const) },
    { weight: 1, arbitrary: fc.constant('acknowledge' as const) },
    { weight: 1, arbitrary: fc.constant('cut' as const) },
    { weight: 2, arbitrary: fc.constant('resume' as const) },
  );

  it('delivers every event once and in order, however often the line is cut', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
        const { application } = quietTown(fakeClock());
        const session = createSession('s', application, 1, [0, 1]);
        const received: number[] = [];
        let sent = 0;
        const line = {
          send: (frame: string) => void received.push(JSON.parse(frame).s),
          close: () => {},
          cut: () => {},
        };
        session.line = line;
        const last = () => received.at(-1) ?? 0;
        const resume = () => {
          expect(session.canReplay(last())).toBe(true);
          session.line = line;
          session.replay(last());
        };
        for (const what of happenings) {
          if (what === 'dispatch') {
            sent += 1;
            session.dispatch('X', '{}');
          } else if (what === 'acknowledge') session.acknowledge(last());
          else if (what === 'cut') session.line = undefined;
          else if (!session.line) resume();
        }
        if (!session.line) resume();
        expect(received).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
      }),
      { numRuns: 100 },
    );
  });
});
