import { randomBytes } from 'node:crypto';
import { refuse } from '../../src/community/refusal.js';
import { ephemeral } from '../../src/discord/answer.js';
import { slashCommand, subcommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import type { Context } from '../../src/discord/context.js';
import { modal } from '../../src/discord/modal.js';
import type { Autocomplete } from '../../src/discord/options.js';
import {
  APPEAL_MACHINE,
  BOARD_LISTED,
  BOARD_PAGE,
  HOURS_PAGE,
  MACHINE_PAGE,
} from '../../src/discord/views/addresses.js';
import * as views from '../../src/discord/views/machines.js';
import { PAGE_SIZE, pageOf } from '../../src/discord/views/pager.js';
import { makeCode } from '../../src/fleet/codes.js';
import { ALIAS_LIMIT, MACHINES_PER_LENDER, WORDS_LIMIT } from '../../src/fleet/machine.js';

/** Bytes of chance in a code. */
const CODE_BYTES = 10;
const SUGGESTED = 25;

const named = (lenderOf: (context: Context) => string | undefined): Autocomplete =>
  function suggestMachines(typed, context) {
    const lender = lenderOf(context);
    const most = lender === undefined ? 1000 : MACHINES_PER_LENDER;
    return context
      .fleet()
      .machines.list({ ...(lender === undefined ? {} : { lender }), limit: most, offset: 0 })
      .filter(({ alias }) => alias.includes(typed.toLowerCase()))
      .slice(0, SUGGESTED)
      .map(({ alias }) => ({ name: alias, value: alias }));
  };
/** A machine of the reader's own. */
const mine = {
  type: 'string',
  required: true,
  maxLength: ALIAS_LIMIT,
  autocomplete: named(({ by }) => by.id),
} as const;
const any = { type: 'string', required: true, maxLength: ALIAS_LIMIT, autocomplete: named(() => undefined) } as const;

const lend = subcommand({
  options: {
    name: { type: 'string', required: true, minLength: 2, maxLength: ALIAS_LIMIT },
    community: { type: 'boolean' },
  },
  async run(interaction, { by, t, fleet, guild, system, options }) {
    const url = system.workerUrl ?? refuse('no_worker_url');
    const alias = options.name.toLowerCase();
    if (!/^[a-z0-9][a-z0-9-]*$/.test(alias)) refuse('alias_wrong');
    const community = options.community ?? false;
    if (community && !by.manages) refuse('not_allowed', { access: 'staff' });
    const code = makeCode(guild.id, randomBytes(CODE_BYTES));
    const { machines } = fleet();
    const expiresAt = machines.offer(code, { lender: by.id, alias, community });
    const held = machines.startsHeld(by.id);
    await interaction.reply(ephemeral(views.offered(t, { alias, url, code, expiresAt, held })));
  },
});

const list = subcommand({
  options: { mine: { type: 'boolean' } },
  async run(interaction, context) {
    await interaction.reply(ephemeral(machines(context, 0, context.options.mine ?? false)));
  },
});

const show = subcommand({
  options: { name: any },
  async run(interaction, { by, t, fleet, now, options }) {
    const machine = fleet().machines.named(options.name);
    const mine = machine.lender === by.id;
    await interaction.reply(ephemeral(views.show(t, machine, { whole: mine || by.manages, mine, now })));
  },
});

const pause = subcommand({
  options: { name: mine },
  async run(interaction, { by, t, fleet, options }) {
    await interaction.reply(ephemeral(views.switched(t, fleet().machines.switch(options.name, by.id, 'paused'))));
  },
});

const resume = subcommand({
  options: { name: mine },
  async run(interaction, { by, t, fleet, options }) {
    await interaction.reply(ephemeral(views.switched(t, fleet().machines.switch(options.name, by.id, 'active'))));
  },
});

/** Staff take back the machines of those who left. */
const withdraw = subcommand({
  options: { name: { ...any, autocomplete: named(({ by }) => (by.manages ? undefined : by.id)) } },
  async run(interaction, { by, t, fleet, options }) {
    const withdrawn = fleet().withdraw(options.name, by.manages ? undefined : by.id);
    await interaction.reply(ephemeral(views.withdrawn(t, withdrawn, by.id)));
  },
});

const hours = subcommand({
  async run(interaction, context) {
    await interaction.reply(ephemeral(hoursPageOf(context, 0)));
  },
});

const board = subcommand({
  async run(interaction, context) {
    await interaction.reply(ephemeral(boardPageOf(context, 0)));
  },
});

const quarantine = subcommand({
  access: 'staff',
  options: { name: any, reason: { type: 'string', maxLength: WORDS_LIMIT } },
  async run(interaction, { t, fleet, options }) {
    const machine = fleet().machines.named(options.name);
    fleet().hold(machine, options.reason);
    await interaction.reply(ephemeral(views.quarantined(t, machine)));
  },
});

const release = subcommand({
  access: 'staff',
  options: { name: any },
  async run(interaction, { t, fleet, options }) {
    const { machines } = fleet();
    const machine = machines.named(options.name);
    if (machine.state !== 'quarantined') refuse('machine_not_held', { alias: machine.alias });
    machines.pardon(machine.id);
    await interaction.reply(ephemeral(views.pardoned(t, machine)));
  },
});

/** Lends machines and looks after them. */
export const machine = slashCommand({
  name: 'machine',
  subcommands: { lend, list, show, pause, resume, withdraw, hours, board, quarantine, release },
});

/** Asks its lender what staff should know. */
export const appealMachine = button({
  ...APPEAL_MACHINE,
  async run(interaction, { t, state }) {
    await interaction.showModal(appealModal.open(t, { state }));
  },
});

/** Staff read the lender's words in /machine show; others learn only that there are some. */
export const appealModal = modal({
  name: 'machine.appeal',
  state: { alias: 'text' },
  fields: { words: { type: 'paragraph', maxLength: WORDS_LIMIT } },
  async run(interaction, { community, by, t, fleet, guild, state, fields }) {
    const { settings } = community;
    guild.transaction(() => {
      const machine = fleet().machines.appeal(state.alias, by.id, fields.words);
      const channel = settings.place('channel.hunts')?.id;
      if (channel !== undefined)
        guild.outbox.add({ kind: 'post', channel, message: views.appealPost(settings.languages(), machine) });
    })();
    await interaction.reply(ephemeral(views.appealed(t, state.alias)));
  },
});

export const machinePage = button({
  ...MACHINE_PAGE,
  async run(interaction, context) {
    await interaction.update(machines(context, context.state.page, context.state.mine));
  },
});

export const hoursPage = button({
  ...HOURS_PAGE,
  async run(interaction, context) {
    await interaction.update(hoursPageOf(context, context.state.page));
  },
});

export const boardPage = button({
  ...BOARD_PAGE,
  async run(interaction, context) {
    await interaction.update(boardPageOf(context, context.state.page));
  },
});

/** Takes the reader off the board, or puts them on it again. */
export const boardListed = button({
  ...BOARD_LISTED,
  async run(interaction, context) {
    context.fleet().ledger.setListed(context.by.id, context.state.listed);
    await interaction.update(boardPageOf(context, 0));
  },
});

function machines({ t, by, fleet, now }: Context, wanted: number, ofReader: boolean) {
  const { machines: all } = fleet();
  const page = pageOf(wanted, all.count(ofReader ? by.id : undefined));
  const lender = ofReader ? { lender: by.id } : {};
  const items = all.list({ ...lender, limit: PAGE_SIZE, offset: page.offset });
  return views.list(t, { page, items, mine: ofReader, now });
}

function hoursPageOf({ t, by, fleet }: Context, wanted: number) {
  const { ledger } = fleet();
  const page = pageOf(wanted, ledger.rowCount(by.id));
  return views.hours(t, { hours: ledger.of(by.id), rows: ledger.rows(by.id, PAGE_SIZE, page.offset), page });
}

function boardPageOf({ t, by, fleet }: Context, wanted: number) {
  const { ledger } = fleet();
  const page = pageOf(wanted, ledger.boardCount());
  const rows = ledger.board(PAGE_SIZE, page.offset);
  return views.board(t, { page, rows, first: page.offset + 1, listed: ledger.isListed(by.id) });
}
