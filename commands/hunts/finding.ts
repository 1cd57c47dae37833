import { refuse } from '../../src/community/refusal.js';
import { ephemeral } from '../../src/discord/answer.js';
import { slashCommand, subcommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import type { Context } from '../../src/discord/context.js';
import { download } from '../../src/discord/download.js';
import { sendable } from '../../src/discord/effect-files.js';
import type { Autocomplete } from '../../src/discord/options.js';
import { CLAIM_FINDING, EXPORT_FINDING, FINDING_PAGE } from '../../src/discord/views/addresses.js';
import * as views from '../../src/discord/views/findings.js';
import { status as cardOf } from '../../src/discord/views/hunts.js';
import { PAGE_SIZE, pageOf } from '../../src/discord/views/pager.js';
import { MOST_REPRODUCE } from '../../src/fleet/engines/sqlite/aftercare.js';
import { FINDING_STATUSES, type Finding } from '../../src/fleet/finding.js';
import { STANDINGS } from '../../src/fleet/rules/standing.js';
import { checkedRef, matching } from './naming.js';

const SUGGESTED_FROM = 500;
const REASON_LIMIT = 300;
const REFS_LIMIT = 256 * 1024;
const MOST_RUNS = 100;

const suggestFindings: Autocomplete = (typed, { fleet }) =>
  matching(
    typed,
    fleet()
      .findings.list({}, SUGGESTED_FROM, 0)
      .map(({ id, action, message }) => ({ name: `#${id} ${action}: ${message}`, value: id })),
  );

/** Which one; in a finding's own thread it need not be said. */
const which = { type: 'integer', min: 1, autocomplete: suggestFindings } as const;
const ref = { type: 'string', required: true, maxLength: 120 } as const;

function findingOf({ fleet }: Context, id: number | undefined, channel: string): Finding {
  const { findings } = fleet();
  return id === undefined ? (findings.inThread(channel) ?? refuse('which_finding')) : findings.get(id);
}

const list = subcommand({
  options: {
    status: { type: 'string', choices: FINDING_STATUSES },
    standing: { type: 'string', choices: STANDINGS },
    mine: { type: 'boolean' },
  },
  async run(interaction, context) {
    const { status = '', standing = '', mine = false } = context.options;
    await interaction.reply(ephemeral(findings(context, { page: 0, status, standing, suite: '', mine })));
  },
});

const show = subcommand({
  options: { finding: which },
  async run(interaction, context) {
    const { id } = findingOf(context, context.options.finding, interaction.channelId);
    const shown = context.herald().findingCard(id, [context.locale]);
    await interaction.reply({ ...ephemeral(cardOf(shown)), files: await sendable(shown.files) });
  },
});

const claim = subcommand({
  options: { finding: which },
  async run(interaction, context) {
    const { id } = findingOf(context, context.options.finding, interaction.channelId);
    await interaction.reply(ephemeral(claimed(context, id)));
  },
});

const duplicate = subcommand({
  access: 'moderator',
  options: { of: { type: 'integer', required: true, min: 1, autocomplete: suggestFindings }, finding: which },
  async run(interaction, context) {
    const { t, by, fleet, options } = context;
    const { id } = findingOf(context, options.finding, interaction.channelId);
    await interaction.reply(ephemeral(views.done(t, 'duplicate', fleet().aftercare.duplicate(id, options.of, by.id))));
    context.herald().show();
  },
});

const fixedIn = subcommand({
  access: 'moderator',
  options: { ref, finding: which },
  async run(interaction, context) {
    const { t, by, fleet, options } = context;
    const { id } = findingOf(context, options.finding, interaction.channelId);
    const fixed = fleet().aftercare.fixedIn(id, checkedRef(options.ref), by.id);
    await interaction.reply(ephemeral(views.done(t, 'fixed', fixed)));
    context.herald().show();
  },
});

const notABug = subcommand({
  access: 'moderator',
  options: { reason: { type: 'string', required: true, maxLength: REASON_LIMIT }, finding: which },
  async run(interaction, context) {
    const { t, by, fleet, options } = context;
    const { id } = findingOf(context, options.finding, interaction.channelId);
    await interaction.reply(
      ephemeral(views.done(t, 'not_a_bug', fleet().aftercare.notABug(id, options.reason, by.id))),
    );
    context.herald().show();
  },
});

const reopen = subcommand({
  access: 'moderator',
  options: { finding: which },
  async run(interaction, context) {
    const { t, by, fleet, options } = context;
    const { id } = findingOf(context, options.finding, interaction.channelId);
    await interaction.reply(ephemeral(views.done(t, 'reopened', fleet().aftercare.reopen(id, by.id))));
    context.herald().show();
  },
});

const retest = subcommand({
  access: 'moderator',
  options: { ref, finding: which },
  async run(interaction, context) {
    const { t, fleet, options } = context;
    const finding = findingOf(context, options.finding, interaction.channelId);
    fleet().aftercare.retest(finding.id, checkedRef(options.ref));
    await interaction.reply(ephemeral(views.done(t, 'retest', finding, options.ref)));
    context.herald().show();
  },
});

const reproduce = subcommand({
  access: 'moderator',
  options: { machines: { type: 'integer', required: true, min: 1, max: MOST_REPRODUCE }, finding: which },
  async run(interaction, context) {
    const { t, fleet, options } = context;
    const finding = findingOf(context, options.finding, interaction.channelId);
    fleet().aftercare.reproduce(finding.id, options.machines);
    await interaction.reply(ephemeral(views.done(t, 'reproduce', finding, String(options.machines))));
    context.herald().show();
  },
});

const bisect = subcommand({
  access: 'moderator',
  options: {
    good: { type: 'string', maxLength: 120 },
    bad: { type: 'string', maxLength: 120 },
    between: { type: 'string', maxLength: 4000 },
    refs: { type: 'attachment' },
    runs: { type: 'integer', min: 1, max: MOST_RUNS },
    undo: { type: 'boolean' },
    finding: which,
  },
  async run(interaction, context) {
    const { t, by, fleet, options } = context;
    const finding = findingOf(context, options.finding, interaction.channelId);
    if (options.undo) {
      fleet().bisections.undo(finding.id);
      context.herald().show();
      await interaction.reply(ephemeral(views.unbisected(t, finding)));
      return;
    }
    const listed = options.refs ? (await download(options.refs, REFS_LIMIT)).toString('utf8') : '';
    const all = `${options.good ?? ''} ${options.between ?? ''} ${listed} ${options.bad ?? ''}`;
    const refs = [...new Set(all.split(/[\s,]+/).filter(Boolean))].map(checkedRef);
    fleet().bisections.start(finding.id, refs, options.runs, by.id);
    context.herald().show();
    await interaction.reply(ephemeral(views.bisecting(t, finding, refs.length)));
  },
});

const exportIt = subcommand({
  options: { finding: which },
  async run(interaction, context) {
    const finding = findingOf(context, context.options.finding, interaction.channelId);
    await interaction.reply(await exported(context, finding));
  },
});

/** What hunts found, and what becomes of it. */
export const finding = slashCommand({
  name: 'finding',
  subcommands: {
    list,
    show,
    claim,
    duplicate,
    'fixed-in': fixedIn,
    'not-a-bug': notABug,
    reopen,
    retest,
    reproduce,
    bisect,
    export: exportIt,
  },
});

export const findingPage = button({
  ...FINDING_PAGE,
  async run(interaction, context) {
    await interaction.update(findings(context, context.state));
  },
});

export const claimFinding = button({
  ...CLAIM_FINDING,
  async run(interaction, context) {
    await interaction.reply(ephemeral(claimed(context, context.state.finding)));
  },
});

export const exportFinding = button({
  ...EXPORT_FINDING,
  async run(interaction, context) {
    await interaction.reply(await exported(context, context.fleet().findings.get(context.state.finding)));
  },
});

function claimed({ t, by, fleet, herald }: Context, id: number) {
  const finding = fleet().aftercare.claim(id, by.id);
  herald().show();
  return views.done(t, finding.claimedBy === by.id ? 'claimed' : 'let_go', finding);
}

async function exported({ t, fleet }: Context, one: Finding) {
  const { findings: all, bisections, story } = fleet();
  const reproducer = { name: `finding-${one.id}.yaml`, text: story(one).reproducer };
  const log = views.logFile(one, all.log(one.id), bisections.shown(one.id));
  return { ...ephemeral(views.exported(t, one)), files: await sendable([reproducer, log]) };
}

function findings({ t, by, fleet, guild }: Context, { page: wanted, ...state }: views.ListState) {
  const all = fleet().findings;
  const filter = {
    ...(state.status && { status: state.status }),
    ...(state.standing && { standing: state.standing }),
    ...(state.suite && { suite: state.suite }),
    ...(state.mine && { claimedBy: by.id }),
  };
  const page = pageOf(wanted, all.count(filter));
  return views.list(t, guild.id, { items: all.list(filter, PAGE_SIZE, page.offset), page, state });
}
