import { refuse } from '../../src/community/refusal.js';
import { ephemeral } from '../../src/discord/answer.js';
import { messageCommand } from '../../src/discord/command.js';
import { button, select } from '../../src/discord/component.js';
import { modal } from '../../src/discord/modal.js';
import { HUNT_QUESTION, LINK_QUESTION } from '../../src/discord/views/addresses.js';
import * as views from '../../src/discord/views/findings.js';
import { started } from '../../src/discord/views/hunts.js';
import { launchHunt } from '../../src/fleet/launch.js';
import { approvedSuite, checkedRef, fitting } from './naming.js';

const USUAL_MINUTES = 60;
const MOST_MINUTES = 1_000_000;

/** Turns a question into a hunt, or links it to a finding that is known. */
export const bug = messageCommand({
  name: 'bug',
  access: 'moderator',
  async run(interaction, { community, t, fleet }) {
    const { thread } = community.questions.at(interaction.channelId);
    const known = fleet().findings.list({ status: 'open' }, views.MOST_OPTIONS, 0);
    await interaction.reply(ephemeral(views.looksLikeBug(t, thread ?? interaction.channelId, known)));
  },
});

export const linkQuestion = select({
  ...LINK_QUESTION,
  access: 'moderator',
  async run(interaction, { community, t, fleet, herald, guild, state, values }) {
    const { findings } = fleet();
    const finding = guild.transaction(() => {
      const { thread } = community.questions.at(state.question);
      const found = findings.get(Number(values[0]));
      const channel = thread ?? state.question;
      if (found.question === channel) return found;
      findings.setQuestion(found.id, channel);
      const message = views.linkedPost(community.settings.languages(), found);
      guild.outbox.add({ kind: 'post', channel, message });
      return found;
    })();
    herald().show();
    await interaction.reply(ephemeral(views.linked(t, finding)));
  },
});

export const huntQuestion = button({
  ...HUNT_QUESTION,
  access: 'moderator',
  async run(interaction, { t, fleet, state }) {
    const suites = fleet().suites.approved();
    if (suites.length === 0) refuse('no_suite_approved');
    const choices = {
      suite: suites.slice(0, views.MOST_OPTIONS).map(({ name, digest }) => ({ label: name, value: digest })),
    };
    await interaction.showModal(
      huntQuestionModal.open(t, { state, choices, values: { minutes: String(USUAL_MINUTES) } }),
    );
  },
});

export const huntQuestionModal = modal({
  name: 'bug.hunt',
  access: 'moderator',
  state: { question: 'id' },
  fields: {
    suite: { type: 'choice' },
    ref: { type: 'line', required: false, maxLength: 120 },
    minutes: { type: 'line', maxLength: 7 },
  },
  async run(interaction, context) {
    const { community, by, t, fleet, herald, guild, state, fields } = context;
    const { entry, suite } = approvedSuite(context, fields.suite);
    const minutes = Number(fields.minutes);
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > MOST_MINUTES) refuse('minutes_wrong');
    const place = community.settings.place('channel.hunts')?.id;
    const hunt = guild.transaction(() => {
      const { thread } = community.questions.at(state.question);
      const started = launchHunt(
        { guild, fleet: fleet(), herald: herald(), fits: fitting(suite), channel: place },
        {
          digest: entry.digest,
          ...(fields.ref === undefined ? {} : { ref: checkedRef(fields.ref) }),
          strategy: 'mix',
          bugs: [],
          seed: Number(BigInt(interaction.id) % 2n ** 31n),
          length: suite.walk.length,
          lanes: 1,
          budgetMinutes: minutes,
          priority: 0,
          author: by.id,
          question: thread ?? state.question,
        },
      );
      const message = views.huntedPost(community.settings.languages(), started, place ?? '');
      guild.outbox.add({ kind: 'post', channel: thread ?? state.question, message });
      return started;
    })();
    await interaction.reply(ephemeral(started(t, hunt, place ?? '')));
  },
});
