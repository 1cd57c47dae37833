import { isModerator } from '../../src/community/actor.js';
import { refuse } from '../../src/community/refusal.js';
import { ephemeral } from '../../src/discord/answer.js';
import { slashCommand, subcommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import type { Context } from '../../src/discord/context.js';
import { sendable } from '../../src/discord/effect-files.js';
import type { Autocomplete } from '../../src/discord/options.js';
import { HUNT_PAGE, STOP_HUNT } from '../../src/discord/views/addresses.js';
import * as views from '../../src/discord/views/hunts.js';
import { PAGE_SIZE, pageOf } from '../../src/discord/views/pager.js';
import { HUNT_STATES, type HuntState, PRIORITIES } from '../../src/fleet/hunt.js';
import { launchHunt } from '../../src/fleet/launch.js';
import { STRATEGIES } from '../../src/woodpecker/types.js';
import {
  approvedSuite,
  bugsOf,
  checkedRef,
  fitting,
  matching,
  patternNamed,
  suggestBugs,
  suggestPatterns,
  suggestSuites,
} from './naming.js';

const MOST_STEPS = 1_000_000_000;
const MOST_MINUTES = 1_000_000;
const MOST_LENGTH = 200;
const SEEDS = 2 ** 31;
/** How much work a hunt is, when nobody says. */
const USUAL_MINUTES = 60;
/** Findings in a report. */
const MOST_REPORTED = 500;
/** The newest hunts, for suggestions. */
const SUGGESTED_FROM = 200;

const huntsWhere = (state?: HuntState): Autocomplete =>
  function suggestHunts(typed, { fleet }) {
    return matching(
      typed,
      fleet()
        .hunts.list({ ...(state ? { state } : {}), limit: SUGGESTED_FROM, offset: 0 })
        .map(({ id, suite, pattern, strategy }) => ({ name: `#${id} ${suite} ${pattern ?? strategy}`, value: id })),
    );
  };
const huntId = (state?: HuntState) =>
  ({ type: 'integer', required: true, min: 1, autocomplete: huntsWhere(state) }) as const;

const ref = { type: 'string', maxLength: 120 } as const;

const start = subcommand({
  access: 'moderator',
  options: {
    suite: { type: 'string', required: true, maxLength: 100, autocomplete: suggestSuites },
    ref,
    base: ref,
    pattern: { type: 'string', maxLength: 100, autocomplete: suggestPatterns },
    strategy: { type: 'string', choices: STRATEGIES },
    minutes: { type: 'integer', min: 1, max: MOST_MINUTES },
    steps: { type: 'integer', min: 1, max: MOST_STEPS },
    priority: { type: 'integer', choices: PRIORITIES },
    length: { type: 'integer', min: 1, max: MOST_LENGTH },
    bugs: { type: 'string', maxLength: 200, autocomplete: suggestBugs },
  },
  async run(interaction, context) {
    const { community, by, t, fleet, herald, guild, options } = context;
    const { entry, suite } = approvedSuite(context, options.suite);
    const named = options.pattern === undefined ? undefined : patternNamed(context, suite, options.pattern);
    const { steps, minutes } = options;
    const channel = community.settings.place('channel.hunts')?.id;
    const hunt = launchHunt(
      { guild, fleet: fleet(), herald: herald(), fits: fitting(suite), channel },
      {
        digest: entry.digest,
        ...(options.ref === undefined ? {} : { ref: checkedRef(options.ref) }),
        ...(options.base === undefined ? {} : { baseRef: checkedRef(options.base) }),
        ...(named ?? { strategy: options.strategy ?? 'mix' }),
        bugs: bugsOf(suite, options.bugs),
        seed: Number(BigInt(interaction.id) % BigInt(SEEDS)),
        length: options.length ?? suite.walk.length,
        lanes: 1,
        ...(steps === undefined ? {} : { budgetSteps: steps }),
        ...(steps !== undefined && minutes === undefined ? {} : { budgetMinutes: minutes ?? USUAL_MINUTES }),
        priority: options.priority ?? 0,
        author: by.id,
      },
    );
    await interaction.reply(ephemeral(views.started(t, hunt, channel ?? '')));
  },
});

const status = subcommand({
  options: { hunt: huntId() },
  async run(interaction, { herald, options, locale }) {
    const shown = herald().card(options.hunt, [locale]);
    await interaction.reply({ ...ephemeral(views.status(shown)), files: await sendable(shown.files) });
  },
});

const list = subcommand({
  options: { state: { type: 'string', choices: HUNT_STATES } },
  async run(interaction, context) {
    await interaction.reply(ephemeral(hunts(context, 0, context.options.state ?? '')));
  },
});

const stop = subcommand({
  options: { hunt: huntId('running') },
  async run(interaction, context) {
    await interaction.reply(ephemeral(views.stopped(context.t, stopHunt(context, context.options.hunt))));
  },
});

const report = subcommand({
  options: { hunt: huntId() },
  async run(interaction, { fleet, options, t }) {
    const { hunts, findings } = fleet();
    const hunt = hunts.get(options.hunt);
    const found = findings.list({ hunt: hunt.id }, MOST_REPORTED, 0);
    const view = views.report(t, { hunt, activity: hunts.activity(hunt.id), covered: hunts.covered(hunt.id), found });
    await interaction.reply({ ...ephemeral(view.answer), files: await sendable([view.file]) });
  },
});

const quiet = subcommand({
  access: 'staff',
  options: { quiet: { type: 'boolean', required: true } },
  async run(interaction, { t, herald, options }) {
    herald().setQuiet(options.quiet);
    herald().show();
    await interaction.reply(ephemeral(t(options.quiet ? 'hunt.quiet.on' : 'hunt.quiet.off')));
  },
});

/** Test campaigns on the machines that members lent. */
export const hunt = slashCommand({ name: 'hunt', subcommands: { start, status, list, stop, report, quiet } });

export const stopHuntButton = button({
  ...STOP_HUNT,
  async run(interaction, context) {
    await interaction.reply(ephemeral(views.stopped(context.t, stopHunt(context, context.state.hunt))));
  },
});

export const huntPage = button({
  ...HUNT_PAGE,
  async run(interaction, context) {
    await interaction.update(hunts(context, context.state.page, context.state.state));
  },
});

/** Whoever started a hunt may end it, and moderators may. */
function stopHunt({ community, by, fleet, herald, guild }: Context, id: number) {
  return guild.transaction(() => {
    const { author } = fleet().hunts.get(id);
    if (author !== by.id && !isModerator(by, community.settings.roles()))
      refuse('not_allowed', { access: 'moderator' });
    const stopped = fleet().stopHunt(id);
    herald().show();
    return stopped;
  })();
}

function hunts({ t, fleet, guild }: Context, wanted: number, state: HuntState | '') {
  const all = fleet().hunts;
  const page = pageOf(wanted, all.count(state || undefined));
  const items = all.list({ ...(state ? { state } : {}), limit: PAGE_SIZE, offset: page.offset });
  return views.list(t, guild.id, { items, page, state });
}
