/** Polls: made with a message, voted on by people, ended by their author or by time. */
import { EmbedType, MessageType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { messageIn, placeOf } from '../access.js';
import { fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Id, Message, Poll } from '../model.js';
import type { PollForm } from '../validate/message.js';
import type { World } from '../world.js';
import { messageChanged, publish } from './messages.js';
import { systemMessage } from './system-message.js';

export function newPoll(world: World, form: PollForm): Poll {
  const hours = form.duration ?? limits.poll.defaultHours;
  return {
    question: { text: form.question.text },
    answers: form.answers.map(({ poll_media: { text, emoji } }, index) => ({
      answer_id: index + 1,
      poll_media: {
        text,
        ...(emoji && {
          emoji: emoji.id ? { id: emoji.id, name: emoji.name ?? null } : { id: null, name: emoji.name ?? null },
        }),
      },
    })),
    expiry: new Date(world.now() + hours * 3_600_000).toISOString(),
    allow_multiselect: form.allow_multiselect === true,
    layout_type: 1,
    finalized: false,
    votes: [],
  };
}

function pollIn(world: World, by: Id, channelId: Id, messageId: Id): { message: Message; poll: Poll } {
  placeOf(world, by, channelId, P.ReadMessageHistory);
  const message = messageIn(world, channelId, messageId);
  const poll = message.poll ?? fail('pollNotYours');
  // Of an earlier run, perhaps, whose end nobody waited for.
  if (!poll.finalized) world.polls.set(message.id, channelId);
  finishPolls(world);
  return { message, poll };
}

/** Ends the polls whose time is over. */
export function finishPolls(world: World): void {
  for (const [id, channelId] of world.polls) {
    const message = world.messages(channelId).get(id);
    if (!message?.poll || message.poll.finalized) world.polls.delete(id);
    else if (isOver(world, message.poll)) finishPoll(world, message, message.poll);
  }
}

const isOver = (world: World, { expiry }: Poll): boolean => expiry !== null && Date.parse(expiry) <= world.now();

/** Sets what a person votes for; an empty list takes the vote back. Refuses: pollVoting for bots, pollExpired, invalidForm. */
export function vote(world: World, by: Id, channelId: Id, messageId: Id, answers: readonly number[]): void {
  const { message, poll } = pollIn(world, by, channelId, messageId);
  if (world.users.get(by)?.bot) fail('pollVoting');
  if (poll.finalized) fail('pollExpired');
  const known = (id: number) => poll.answers.some(({ answer_id }) => answer_id === id);
  if (!answers.every(known)) invalid('answer_ids', 'BASE_TYPE_CHOICES', 'Unknown poll answer.');
  if (answers.length > 1 && !poll.allow_multiselect)
    invalid('answer_ids', 'BASE_TYPE_MAX_LENGTH', 'Must be 1 or fewer in length.');
  const before = poll.votes.filter((one) => one.user_id === by).map(({ answer_id }) => answer_id);
  poll.votes = poll.votes.filter((one) => one.user_id !== by);
  for (const answer_id of new Set(answers)) poll.votes.push({ answer_id, user_id: by });
  world.changed('message', message.id, channelId, message);
  const tell = (t: string, answer_id: number) =>
    world.emit({
      t,
      d: { user_id: by, channel_id: channelId, message_id: messageId, guild_id: message.guild_id, answer_id },
      guildId: message.guild_id,
      channelId,
    });
  for (const id of before) if (!answers.includes(id)) tell('MESSAGE_POLL_VOTE_REMOVE', id);
  for (const id of answers) if (!before.includes(id)) tell('MESSAGE_POLL_VOTE_ADD', id);
}

/** Who chose an answer, in order of their ids. Refuses: as placeOf, unknownMessage. */
export function voters(world: World, by: Id, channelId: Id, messageId: Id, answerId: number): Id[] {
  const { poll } = pollIn(world, by, channelId, messageId);
  return poll.votes.filter(({ answer_id }) => answer_id === answerId).map(({ user_id }) => user_id);
}

/** Ends a poll at once. Refuses: notYourMessage, pollExpired. */
export function endPoll(world: World, by: Id, channelId: Id, messageId: Id): Message {
  const { message, poll } = pollIn(world, by, channelId, messageId);
  if (message.author_id !== by) fail('notYourMessage');
  if (poll.finalized) fail('pollExpired');
  finishPoll(world, message, poll);
  return message;
}

function finishPoll(world: World, message: Message, poll: Poll): void {
  world.polls.delete(message.id);
  poll.finalized = true;
  poll.expiry = world.iso();
  messageChanged(world, message);
  const channel = world.channels.get(message.channel_id);
  if (!channel) return;
  publish(world, channel, {
    ...systemMessage(world, channel, message.author_id, MessageType.PollResult),
    embeds: [{ type: EmbedType.PollResult, fields: resultFields(poll) }],
    message_reference: { type: 0, message_id: message.id, channel_id: message.channel_id },
  });
}

function resultFields(poll: Poll): { name: string; value: string; inline: boolean }[] {
  const counts = poll.answers.map((answer) => ({
    answer,
    count: poll.votes.filter((vote) => vote.answer_id === answer.answer_id).length,
  }));
  const winner = counts.reduce((best, one) => (one.count > best.count ? one : best), counts[0] ?? { count: 0 });
  const field = (name: string, value: string) => ({ name, value, inline: false });
  return [
    field('poll_question_text', poll.question.text),
    field('victor_answer_votes', String(winner.count)),
    field('total_votes', String(poll.votes.length)),
    ...('answer' in winner && winner.count > 0
      ? [
          field('victor_answer_id', String(winner.answer.answer_id)),
          field('victor_answer_text', winner.answer.poll_media.text ?? ''),
        ]
      : []),
  ];
}
