import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobs } from '../../commands/index.js';
import { createSettings } from '../../src/community/settings.js';
import { createCatalogue } from '../../src/discord/catalogue.js';
import { neededPermissions } from '../../src/discord/invite.js';
import { joinGuild } from '../../src/local-discord/operations/members.js';
import { updateRole } from '../../src/local-discord/operations/roles.js';
import { createUser } from '../../src/local-discord/operations/users.js';
import { LOCALES, translator } from '../../src/platform/i18n.js';
import { openTown, type RunningBot } from '../support/bot.js';
import { createHostility } from '../support/hostile.js';
import { read } from '../support/until.js';

/** FLOCK_SEED=… tries others. */
const SEED = Number(process.env.FLOCK_SEED ?? 20_261_123);
const INTERACTIONS = 4_000;
const DISPATCHES = 1_000;
const AT_ONCE = 25;

/** What only our own insides say. */
const INSIDES =
  /(Type|Reference|Range|Syntax|Sqlite|DiscordAPI|Zod)Error|Cannot read|is not a function|is not iterable|SQLITE_|node_modules|\.[jt]s:\d+/;

/** What a fault is shown as. */
const CODE = /`([0-9A-Z]{6})`/;

let town: Awaited<ReturnType<typeof openTown>>;
let bot: RunningBot;
let people: string[];

beforeAll(async () => {
  town = await openTown({ rateLimits: 'off' });
  people = Array.from({ length: 300 }, (_, index) => createUser(town.local.world, { username: `person${index}` }).id);
  for (const id of people) joinGuild(town.local.world, id, town.guild.id);
  const permissions = String(neededPermissions);
  updateRole(town.local.world, town.owner.id, town.guild.id, town.botRole.id, { permissions });
  bot = await town.startBot();
  createSettings(bot.guilds.open(town.guild.id).db).setPlace('channel.questions', town.questions.id);
});
afterAll(() => town.close());

it('answers every hostile interaction, survives every hostile dispatch, and tells nobody about its insides', async () => {
  const hostility = createHostility({
    seed: SEED,
    catalogue: createCatalogue(jobs),
    ids: [
      town.guild.id,
      town.general.id,
      town.questions.id,
      town.ana.id,
      town.application.id,
      town.botRole.id,
      '1',
      '1490000000000000000',
    ],
  });
  const applicationId = town.application.id;
  const unanswered: string[] = [];
  const leaks: string[] = [];

  async function attack(index: number): Promise<void> {
    const forged = hostility.interaction();
    const userId = people[index % people.length] ?? '';
    const answer = await town.local.forge({ ...forged, userId, channelId: town.general.id, applicationId }).outcome;
    if (answer.kind === 'failed') unanswered.push(`${index} ${answer.reason} ${shorten(forged)}`);
    const text = 'message' in answer ? read(answer.message) : '';
    if (INSIDES.test(text) || (CODE.test(text) && !isKnownFault(text))) leaks.push(text.slice(0, 500));
  }

  for (let index = 0; index < INTERACTIONS; index += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, offset) => attack(index + offset)));
  }
  expect({ seed: SEED, unanswered: unanswered.slice(0, 3), leaks: leaks.slice(0, 3) }).toEqual({
    seed: SEED,
    unanswered: [],
    leaks: [],
  });

  for (let index = 0; index < DISPATCHES; index += 1) {
    const { t, d } = hostility.dispatch();
    town.local.dispatch(t, d, applicationId);
    if (index % 100 === 99) await attack(index);
  }
  expect({ seed: SEED, unanswered, leaks }).toEqual({ seed: SEED, unanswered: [], leaks: [] });
  expect(await bot.count('flock_unhandled_rejections_total')).toBe(0);

  // Whatever it was made to believe, a new session tells it how things are.
  town.local.dropGateway('invalid-session', applicationId);
  const ana = town.local.actor(town.ana.id);
  await expect
    .poll(async () => read(await helpOf(ana)), { timeout: 15_000, interval: 250 })
    .toContain(translator('en-US')('help.title'));
}, 120_000);

/** Enough to see what it was; the seed makes the rest again. */
function shorten(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'string' ? part.slice(0, 40) : part)).slice(0, 1_500);
}

async function helpOf(actor: ReturnType<typeof town.local.actor>) {
  const answer = await actor.command(town.general.id, 'help').outcome;
  return answer.kind === 'message' ? answer.message : { content: answer.kind, components: [] };
}

function isKnownFault(text: string): boolean {
  const [, code = ''] = CODE.exec(text) ?? [];
  return LOCALES.map(translator).some(
    (t) => text.startsWith(t('answer.fault', { code })) || text.startsWith(t('answer.fault_answering', { code })),
  );
}
