import { isModerator } from '../../src/community/actor.js';
import { refuse } from '../../src/community/refusal.js';
import { ephemeral } from '../../src/discord/answer.js';
import { slashCommand, subcommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import type { Context } from '../../src/discord/context.js';
import { download } from '../../src/discord/download.js';
import { sendable } from '../../src/discord/effect-files.js';
import type { Autocomplete } from '../../src/discord/options.js';
import { deferNow } from '../../src/discord/patience.js';
import { SUITE_PAGE } from '../../src/discord/views/addresses.js';
import { PAGE_SIZE, pageOf } from '../../src/discord/views/pager.js';
import * as views from '../../src/discord/views/suites.js';
import { BadPackage, packSuite, unpackSuite } from '../../src/fleet/packed-suite.js';
import { NoSuiteFile } from '../../src/fleet/shelf.js';
import { SUITE_LIMIT, type SuiteEntry } from '../../src/fleet/suite.js';
import { readUpload } from '../../src/fleet/suite-upload.js';
import { SuiteError } from '../../src/woodpecker/suite/problem.js';
import { MOST_SUITES, versionNamed } from './naming.js';

type Fits = (entry: SuiteEntry) => boolean;
const anyVersion: Fits = () => true;
const unapproved: Fits = ({ approvedBy, retiredAt }) => approvedBy === undefined && retiredAt === undefined;
const unretired: Fits = ({ retiredAt }) => retiredAt === undefined;

/** Versions of suites, told apart by the beginning of their digest. */
const versions = (fits: Fits): Autocomplete =>
  function suggestSuites(typed, { fleet }) {
    return fleet()
      .suites.list(MOST_SUITES, 0)
      .filter(fits)
      .map(({ name, digest }) => ({ name: `${name} · ${views.shortDigest(digest)}`, value: digest }))
      .filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()));
  };
const version = (fits: Fits) =>
  ({ type: 'string', required: true, maxLength: 100, autocomplete: versions(fits) }) as const;

/** What was picked, or the newest that fits of those whose name was typed, or else the newest. Refuses: suite_unknown. */
function suiteNamed({ fleet }: Context, fits: Fits, named: string): SuiteEntry {
  const all = fleet().suites.list(MOST_SUITES, 0);
  return versionNamed(all.filter(fits), named) ?? versionNamed(all, named) ?? refuse('suite_unknown');
}

const add = subcommand({
  options: {
    shipped: {
      type: 'string',
      maxLength: 100,
      autocomplete: (typed, { system }) =>
        system.shelf
          .shipped()
          .filter(({ name }) => name.includes(typed.toLowerCase()))
          .map(({ name }) => ({ name, value: name })),
    },
    file: { type: 'attachment' },
  },
  async run(interaction, { by, t, fleet, system, options }) {
    const { shipped, file } = options;
    // Reading a suite, and looking for what is odd in it, takes a busy machine longer than Discord waits.
    await deferNow(interaction);
    if (shipped !== undefined) {
      const known = system.shelf.shipped().find(({ name }) => name === shipped) ?? refuse('not_shipped');
      const suite = system.shelf.suite(known.digest, () => undefined) ?? refuse('not_shipped');
      const entry = fleet().suites.add({ ...known, files: undefined, author: by.id });
      await interaction.reply(ephemeral(views.added(t, entry, suite)));
      return;
    }
    const upload = file ?? refuse('no_upload');
    const data = await download(upload, SUITE_LIMIT);
    try {
      const files = readUpload(upload.name, data);
      const suite = system.shelf.read(files);
      const { name, digest } = suite;
      const entry = fleet().suites.add({ digest, name, files: packSuite(files), author: by.id });
      await interaction.reply(ephemeral(views.added(t, entry, suite)));
    } catch (error) {
      if (error instanceof SuiteError) {
        await interaction.reply(ephemeral(views.problems(t, error.file, error.problems)));
      } else if (error instanceof BadPackage || error instanceof NoSuiteFile) {
        await interaction.reply(ephemeral(views.unreadable(t, error.message)));
      } else throw error;
    }
  },
});

const approve = subcommand({
  access: 'moderator',
  options: { suite: version(unapproved) },
  async run(interaction, context) {
    const { by, t, fleet, options } = context;
    const { digest } = suiteNamed(context, unapproved, options.suite);
    await interaction.reply(ephemeral(views.approved(t, fleet().suites.approve(digest, by.id))));
  },
});

const list = subcommand({
  async run(interaction, context) {
    await interaction.reply(ephemeral(suites(context, 0)));
  },
});

const show = subcommand({
  options: { suite: version(anyVersion) },
  async run(interaction, context) {
    const { t, fleet, system, options } = context;
    const { suites } = fleet();
    const entry = suiteNamed(context, anyVersion, options.suite);
    const suite = system.shelf.suite(entry.digest, () => suites.files(entry.digest));
    const blob = suites.files(entry.digest);
    // Whoever is to approve it reads what would run.
    const files = blob ? [views.contents(entry, unpackSuite(blob))] : [];
    await interaction.reply({ ...ephemeral(views.show(t, entry, suite)), files: await sendable(files) });
  },
});

/** Moderators retire what they like; whoever added a suite takes it back before it is approved. */
const retire = subcommand({
  options: { suite: version(unretired) },
  async run(interaction, context) {
    const { by, t, community, fleet, herald, guild, options } = context;
    const { digest } = suiteNamed(context, unretired, options.suite);
    const retired = guild.transaction(() => {
      const { author, approvedBy } = fleet().suites.find(digest) ?? refuse('suite_unknown');
      if ((author !== by.id || approvedBy !== undefined) && !isModerator(by, community.settings.roles()))
        refuse('not_allowed', { access: 'moderator' });
      return fleet().retire(digest, by.id);
    })();
    herald().show();
    await interaction.reply(ephemeral(views.retired(t, retired)));
  },
});

/** What may be hunted with. */
export const suite = slashCommand({ name: 'suite', subcommands: { add, approve, list, show, retire } });

export const suitePage = button({
  ...SUITE_PAGE,
  async run(interaction, context) {
    await interaction.update(suites(context, context.state.page));
  },
});

function suites({ t, fleet }: Context, wanted: number) {
  const all = fleet().suites;
  const page = pageOf(wanted, all.count());
  return views.list(t, all.list(PAGE_SIZE, page.offset), page);
}
