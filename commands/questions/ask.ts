import { ChannelType, type Guild } from 'discord.js';
import type { Community } from '../../src/community/community.js';
import { BODY_LIMIT, type Draft, TITLE_LIMIT, VERSION_LIMIT } from '../../src/community/question.js';
import { ephemeral } from '../../src/discord/answer.js';
import { slashCommand } from '../../src/discord/command.js';
import { button } from '../../src/discord/component.js';
import { missingIn } from '../../src/discord/found.js';
import { modal } from '../../src/discord/modal.js';
import { EDIT_DRAFT, POST_DRAFT } from '../../src/discord/views/addresses.js';
import * as views from '../../src/discord/views/questions.js';
import type { Translator } from '../../src/platform/i18n.js';

/** Stands in the modal for "none of these": a select cannot be empty, and a server may have no subjects. */
const NO_SUBJECT = 'none';
/** Discord's limit on a select, less the one above. */
const MOST_SUBJECTS = 24;

/** Opens the modal in which a question is written. */
export const ask = slashCommand({
  name: 'ask',
  async run(interaction, { community, t }) {
    community.questions.ready((forum) => lackingIn(interaction.guild, forum));
    const choices = { subject: subjectsIn(interaction.guild, community, t) };
    await interaction.showModal(askModal.open(t, { state: { draft: '' }, choices }));
  },
});

/** What was written: posted at once, unless something looks alike or is wrong. */
export const askModal = modal({
  name: 'ask',
  state: { draft: 'text' },
  fields: {
    title: { type: 'line', maxLength: TITLE_LIMIT },
    body: { type: 'paragraph', maxLength: BODY_LIMIT },
    version: { type: 'line', required: false, maxLength: VERSION_LIMIT },
    subject: { type: 'choice', required: false },
    file: { type: 'file', required: false },
  },
  async run(interaction, { community, by, t, state, fields }) {
    const { title, body, version } = fields;
    // A tag may be deleted while the modal is open, and Discord would refuse a post that names it.
    const isThere = (id: string) => subjectsIn(interaction.guild, community, t).some(({ value }) => value === id);
    const chosen = fields.subject === NO_SUBJECT ? undefined : fields.subject;
    const subject = chosen && isThere(chosen) ? chosen : undefined;
    const [upload] = fields.file;
    const file = upload && { name: upload.name, url: upload.url, size: upload.size };
    // The first writing is named by its interaction: Discord may tell of it twice.
    const id = state.draft || interaction.id;
    const asked = community.questions.ask(id, { title, body, version, subject, file }, by);
    const view = views.asked(t, interaction.guildId, community.settings.place('channel.questions')?.id, asked);
    await (interaction.isFromMessage() ? interaction.update(view) : interaction.reply(ephemeral(view)));
  },
});

/** Posts what was kept. A second press gives the same question. */
export const postDraft = button({
  ...POST_DRAFT,
  async run(interaction, { community, by, t, state }) {
    const question = community.questions.postAnyway(state.draft, by);
    await interaction.update(views.posted(t, community.settings.place('channel.questions')?.id, question));
  },
});

/** Opens the modal again, with what was kept. */
export const editDraft = button({
  ...EDIT_DRAFT,
  async run(interaction, { community, by, t, state }) {
    const draft = community.questions.draft(state.draft, by);
    const choices = { subject: subjectsIn(interaction.guild, community, t) };
    await interaction.showModal(askModal.open(t, { state, values: valuesOf(draft), choices }));
  },
});

function valuesOf({ title, body, version, subject }: Draft) {
  return { title, body, version, subject };
}

/** What the bot would need to post there. The forum may be gone from sight, too. */
function lackingIn(guild: Guild, forum: string) {
  const channel = guild.channels.cache.get(forum);
  const needed = ['ViewChannel', 'SendMessages', 'SendMessagesInThreads'];
  return channel ? missingIn(guild, channel).filter((name) => needed.includes(name)) : needed;
}

/** The forum's tags, beside those that show how a question stands. */
function subjectsIn(guild: Guild, { settings }: Community, t: Translator) {
  const forum = guild.channels.cache.get(settings.place('channel.questions')?.id ?? '');
  const tags = forum?.type === ChannelType.GuildForum ? forum.availableTags : [];
  const ours = settings.stateTags();
  return [
    ...tags
      .filter(({ id, moderated }) => !moderated && !ours.has(id))
      .slice(0, MOST_SUBJECTS)
      .map(({ id, name }) => ({ label: name, value: id })),
    { label: t('ask.subject.none'), value: NO_SUBJECT },
  ];
}
