import { refuse } from '../../src/community/refusal.js';
import { ephemeral } from '../../src/discord/answer.js';
import { slashCommand, subcommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import type { Context } from '../../src/discord/context.js';
import { modal } from '../../src/discord/modal.js';
import type { Autocomplete } from '../../src/discord/options.js';
import { DROP_DRAFT, PATTERN_PAGE, PROPOSE_DRAFT, UNDO_STEP } from '../../src/discord/views/addresses.js';
import * as huntViews from '../../src/discord/views/hunts.js';
import { PAGE_SIZE, pageOf } from '../../src/discord/views/pager.js';
import * as views from '../../src/discord/views/suites.js';
import type { PatternDraft } from '../../src/fleet/engines/sqlite/drafts.js';
import { launchHunt } from '../../src/fleet/launch.js';
import { MOST_STEPS, misfitOf, nextSteps } from '../../src/fleet/next-steps.js';
import type { PatternEntry } from '../../src/fleet/suite.js';
import type { Suite } from '../../src/woodpecker/suite/suite.js';
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

const NAME = /^[a-z][a-z0-9_-]{1,49}$/;
/** Discord's limits on a suggestion and on a modal's text. */
const SUGGESTION_LIMIT = 100;
const TEXT_LIMIT = 4000;
const MOST = 1000;
const USUAL_RUNS = 20;
const MOST_RUNS = 10_000;

const suiteOption = { type: 'string', required: true, maxLength: 100, autocomplete: suggestSuites } as const;

/** The suite's legal next actions, after the steps that the reader has chosen so far. */
const suggestSteps: Autocomplete = (typed, context, given) => {
  const named = given('suite');
  const draft = context.fleet().drafts.of(context.by.id);
  const wanted = typeof named === 'string' && named !== '' ? named : draft?.digest;
  if (wanted === undefined) return [];
  const { entry, suite } = approvedSuite(context, wanted);
  const steps = draft && draft.digest === entry.digest && draft.name === given('name') ? draft.steps : [];
  const lines = nextSteps(suite, withoutWrongLast(suite, steps)).filter((line) => line.length <= SUGGESTION_LIMIT);
  return matching(
    typed,
    lines.map((line) => ({ name: line, value: line })),
  );
};

const propose = subcommand({
  options: {
    suite: suiteOption,
    name: { type: 'string', required: true, maxLength: 50 },
    step: { type: 'string', maxLength: 2000, autocomplete: suggestSteps },
  },
  async run(interaction, context) {
    const { by, t, fleet, options } = context;
    const { entry, suite } = approvedSuite(context, options.suite);
    if (!NAME.test(options.name)) refuse('pattern_name_wrong');
    const known = fleet().drafts.of(by.id);
    const draft: PatternDraft =
      known && known.digest === entry.digest && known.name === options.name
        ? known
        : { digest: entry.digest, name: options.name, steps: [] };
    if (options.step === undefined) {
      fleet().drafts.keep(by.id, draft);
      const values = { steps: draft.steps.join('\n').slice(0, TEXT_LIMIT) };
      await interaction.showModal(pasteModal.open(t, { values }));
      return;
    }
    const steps = [...withoutWrongLast(suite, draft.steps), options.step];
    await interaction.reply(ephemeral(keep(context, { ...draft, steps })));
  },
});

/** Steps as they are pasted, one a line. */
export const pasteModal = modal({
  name: 'pattern.paste',
  fields: { steps: { type: 'paragraph', maxLength: TEXT_LIMIT } },
  async run(interaction, context) {
    const draft = context.fleet().drafts.of(context.by.id) ?? refuse('pattern_draft_gone');
    const steps = context.fields.steps
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
    await interaction.reply(ephemeral(keep(context, { ...draft, steps })));
  },
});

/** The next step takes the place of a last one that does not fit. */
function withoutWrongLast(suite: Suite, steps: readonly string[]): readonly string[] {
  return misfitOf(suite, steps)?.step === steps.length ? steps.slice(0, -1) : steps;
}

/** Keeps a draft, whether its steps fit or not yet: what somebody wrote is theirs to correct. Shows what is wrong with it. */
function keep(context: Context, draft: PatternDraft) {
  const { by, t, fleet } = context;
  const { suite } = approvedSuite(context, draft.digest);
  if (draft.steps.length > MOST_STEPS) refuse('pattern_too_long', { most: MOST_STEPS });
  const problem = misfitOf(suite, draft.steps);
  fleet().drafts.keep(by.id, draft);
  return views.draft(t, { suite: suite.name, name: draft.name, steps: draft.steps, ...(problem && { problem }) });
}

export const proposeDraft = button({
  ...PROPOSE_DRAFT,
  async run(interaction, context) {
    const { by, t, fleet, guild } = context;
    const { suites, drafts } = fleet();
    const draft = drafts.of(by.id) ?? refuse('pattern_draft_gone');
    const { suite } = approvedSuite(context, draft.digest);
    // The button may stand under an older look of the draft.
    if (draft.steps.length === 0 || misfitOf(suite, draft.steps)) {
      await interaction.update(keep(context, draft));
      return;
    }
    if (suite.patterns.some(({ name }) => name === draft.name)) refuse('pattern_taken', { name: draft.name });
    guild.transaction(() => {
      suites.propose({ suite: suite.name, name: draft.name, steps: draft.steps, author: by.id });
      drafts.drop(by.id);
    })();
    await interaction.update(views.proposed(t, draft.name, draft.steps.length));
  },
});

export const undoStep = button({
  ...UNDO_STEP,
  async run(interaction, context) {
    const draft = context.fleet().drafts.of(context.by.id) ?? refuse('pattern_draft_gone');
    await interaction.update(keep(context, { ...draft, steps: draft.steps.slice(0, -1) }));
  },
});

export const dropDraft = button({
  ...DROP_DRAFT,
  async run(interaction, { by, t, fleet }) {
    fleet().drafts.drop(by.id);
    await interaction.update(views.dropped(t));
  },
});

const list = subcommand({
  options: { suite: { ...suiteOption, required: false } },
  async run(interaction, context) {
    const { options } = context;
    const suite = options.suite === undefined ? '' : approvedSuite(context, options.suite).suite.name;
    await interaction.reply(ephemeral(patterns(context, suite, 0)));
  },
});

export const patternPage = button({
  ...PATTERN_PAGE,
  async run(interaction, context) {
    await interaction.update(patterns(context, context.state.suite, context.state.page));
  },
});

/** Those that were proposed, then those in the suites' own files. */
function patterns(context: Context, named: string, wanted: number) {
  const { t, fleet, system } = context;
  const { suites } = fleet();
  const proposed = suites.patterns(named || undefined, MOST, 0);
  const own = suites
    .approved()
    .filter(({ name }) => named === '' || name === named)
    .flatMap(({ digest, name }) =>
      (system.shelf.suite(digest, () => suites.files(digest))?.patterns ?? []).map((pattern) => ({
        suite: name,
        name: pattern.name,
        steps: pattern.steps.map(({ action }) => action),
        author: undefined,
        approvedBy: undefined,
        finding: undefined,
      })),
    );
  const all: readonly views.ListedPattern[] = [...proposed, ...own];
  const page = pageOf(wanted, all.length);
  return views.patterns(t, named, all.slice(page.offset, page.offset + PAGE_SIZE), page);
}

const waiting: Autocomplete = (typed, { fleet }) =>
  matching(
    typed,
    fleet()
      .suites.patterns(undefined, MOST, 0)
      .filter(({ approvedBy }) => approvedBy === undefined)
      .map((one) => ({ name: titleOf(one), value: titleOf(one) })),
  );

/** Two suites may each have one of the same name. A suggestion is at most so long. */
const titleOf = ({ suite, name }: PatternEntry): string => `${suite}: ${name}`.slice(-SUGGESTION_LIMIT);

const approve = subcommand({
  access: 'moderator',
  options: { pattern: { type: 'string', required: true, maxLength: 200, autocomplete: waiting } },
  async run(interaction, { by, t, fleet, options }) {
    const { suites } = fleet();
    const all = suites.patterns(undefined, MOST, 0);
    const alike = all.filter((one) => titleOf(one) === options.pattern || one.name === options.pattern);
    const found: PatternEntry =
      alike.find(({ approvedBy }) => approvedBy === undefined) ??
      alike[0] ??
      refuse('pattern_unknown', { name: options.pattern });
    suites.approvePattern(found.suite, found.name, by.id);
    await interaction.reply(ephemeral(views.patternApproved(t, found.name)));
  },
});

const run = subcommand({
  access: 'moderator',
  options: {
    suite: suiteOption,
    pattern: { type: 'string', required: true, maxLength: 100, autocomplete: suggestPatterns },
    ref: { type: 'string', maxLength: 120 },
    runs: { type: 'integer', min: 1, max: MOST_RUNS },
    bugs: { type: 'string', maxLength: 200, autocomplete: suggestBugs },
  },
  async run(interaction, context) {
    const { community, by, t, fleet, herald, guild, options } = context;
    const { entry, suite } = approvedSuite(context, options.suite);
    const named = patternNamed(context, suite, options.pattern);
    const steps = 'trace' in named ? named.trace : suite.patterns.find(({ name }) => name === named.pattern)?.steps;
    const length = Math.max(1, steps?.length ?? 1);
    const channel = community.settings.place('channel.hunts')?.id;
    const hunt = launchHunt(
      { guild, fleet: fleet(), herald: herald(), fits: fitting(suite), channel },
      {
        digest: entry.digest,
        ...(options.ref === undefined ? {} : { ref: checkedRef(options.ref) }),
        ...named,
        bugs: bugsOf(suite, options.bugs),
        seed: Number(BigInt(interaction.id) % 2n ** 31n),
        length,
        lanes: 1,
        budgetSteps: length * (options.runs ?? USUAL_RUNS),
        priority: 0,
        author: by.id,
      },
    );
    await interaction.reply(ephemeral(huntViews.started(t, hunt, channel ?? '')));
  },
});

/** Fixed sequences of actions: established behaviours of users, and guards against old findings. */
export const pattern = slashCommand({ name: 'pattern', subcommands: { propose, list, approve, run } });
