/** The page's asks: each one's shape, checked at the edge, and the one thing the person's actor does for it. */
import { Locale } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Action, Actor, MessageAt, ModalFields, TypedOptions } from '../actor.js';
import type { AnswerView, AskName, Gives, MessageRef, Of, WireField, WireOptions } from './protocol.js';
import type { Uploads } from './uploads.js';
import { guildView } from './views.js';

/** What an ask may use: the person's actor, the files handed over, and a way to hear how a deferred answer ends. */
export interface AskContext {
  readonly actor: Actor;
  readonly uploads: Uploads;
  /** Called with the channel that the page now shows. */
  read(channel: string): void;
  /** Called for every deferral, whose end is pushed later. */
  deferred(action: Action): void;
}

type Run = (of: unknown, context: AskContext) => unknown;

/** Ties a shape to what is done with it, so that neither can drift from the protocol. */
function ask<N extends AskName>(
  shape: z.ZodType<Of<N>>,
  run: (of: Of<N>, context: AskContext) => Gives<N> | Promise<Gives<N>>,
): Run {
  return (of, context) => run(shape.parse(of), context);
}

const id = z.string().regex(/^\d{1,20}$/);
const text = z.string().max(20_000);
const custom = z.string().max(100);
const ref = { channel: id, message: id };
const uploads = z.array(z.uuid()).max(10);
const options = z.record(z.string(), z.union([text, z.number(), z.boolean(), z.object({ upload: z.uuid() })]));
const use = { channel: id, path: z.string().max(200), application: id, options };
const field = z.union([text, z.boolean(), z.array(text).max(25), z.object({ uploads })]);

const at = ({ channel, message }: MessageRef): MessageAt => ({ channel_id: channel, id: message });

const filesOf = (ids: readonly string[], kept: Uploads) => ids.map((upload) => kept.of(upload));

function typed(wire: WireOptions, kept: Uploads): TypedOptions {
  return Object.fromEntries(
    Object.entries(wire).map(([name, value]) => [name, typeof value === 'object' ? kept.of(value.upload) : value]),
  );
}

function filled(wire: Readonly<Record<string, WireField>>, kept: Uploads): ModalFields {
  return Object.fromEntries(
    Object.entries(wire).map(([name, value]) => [
      name,
      typeof value === 'object' && 'uploads' in value ? filesOf(value.uploads, kept) : value,
    ]),
  );
}

/** Waits for the first answer. A deferral's end is somebody else's to wait for: it may take 15 minutes. */
async function answered(action: Action, { deferred }: AskContext): Promise<AnswerView> {
  const answer = await action.outcome;
  switch (answer.kind) {
    case 'message':
    case 'update':
      return { kind: answer.kind, message: answer.message.id };
    case 'modal': {
      const { id: modal, applicationId, data } = answer.modal;
      return { kind: 'modal', modal: { id: modal, application: applicationId, data } };
    }
    case 'autocomplete':
      return { kind: 'choices', choices: answer.choices };
    case 'failed':
      return { kind: 'failed', reason: answer.reason };
    case 'deferred':
      deferred(action);
      return { kind: 'deferred', interaction: action.interactionId, ephemeral: answer.ephemeral };
    case 'deferred-update':
      return { kind: 'deferred-update' };
  }
}

/** Everything the page can ask but `be`, which changes whose asks these are. */
export const asks: Readonly<Record<Exclude<AskName, 'be'>, Run>> = {
  speak: ask<'speak'>(z.object({ locale: z.enum(Locale) }), ({ locale }, { actor }) => {
    actor.speak(z.enum(Locale).parse(locale));
    return null;
  }),

  history: ask<'history'>(
    z.object({ channel: id, before: id.optional(), limit: z.int().min(1).max(100).optional() }),
    ({ channel, before, limit = 50 }, { actor, read }) => {
      read(channel);
      const messages = actor.messages(channel, { before, limit });
      return { messages, more: messages.length === limit };
    },
  ),
  look: ask<'look'>(z.object({ guild: id, channel: id }), ({ guild, channel }, { actor, read }) => {
    read(channel);
    return guildView(actor, guild, channel) ?? null;
  }),
  threads: ask<'threads'>(z.object({ channel: id }), ({ channel }, { actor }) => actor.threads(channel)),

  say: ask<'say'>(
    z.object({ channel: id, content: text, uploads, replyTo: id.optional() }),
    ({ channel, content, uploads: files, replyTo }, { actor, uploads: kept }) => {
      const said = actor.say(channel, { content, files: filesOf(files, kept), replyTo });
      return { message: said.id };
    },
  ),
  edit: ask<'edit'>(z.object({ ...ref, content: text }), (of, { actor }) => {
    actor.edit(at(of), of.content);
    return null;
  }),
  erase: ask<'erase'>(z.object(ref), (of, { actor }) => {
    actor.erase(at(of));
    return null;
  }),
  hide: ask<'hide'>(z.object(ref), (of, { actor }) => {
    actor.dismissMessage(at(of));
    return null;
  }),
  react: ask<'react'>(z.object({ ...ref, emoji: custom, on: z.boolean() }), (of, { actor }) => {
    if (of.on) actor.react(at(of), of.emoji);
    else actor.unreact(at(of), of.emoji);
    return null;
  }),
  vote: ask<'vote'>(z.object({ ...ref, answers: z.array(z.int()).max(10) }), (of, { actor }) => {
    actor.vote(at(of), of.answers);
    return null;
  }),
  post: ask<'post'>(
    z.object({ forum: id, title: text, content: text, tags: z.array(id).max(20), uploads }),
    ({ forum, title, content, tags, uploads: files }, { actor, uploads: kept }) => {
      const { thread } = actor.post(forum, { title, content, tags, files: filesOf(files, kept) });
      return { thread: thread.id };
    },
  ),
  interest: ask<'interest'>(z.object({ guild: id, event: id, on: z.boolean() }), ({ guild, event, on }, { actor }) => {
    actor.interest(guild, event, on);
    return null;
  }),
  join: ask<'join'>(z.object({ guild: id, invite: custom.optional() }), ({ guild, invite }, { actor }) => {
    actor.join(guild, invite);
    return null;
  }),
  leave: ask<'leave'>(z.object({ guild: id }), ({ guild }, { actor }) => {
    actor.leave(guild);
    return null;
  }),
  direct: ask<'direct'>(z.object({ user: id }), ({ user }, { actor }) => ({ channel: actor.direct(user).id })),

  commands: ask<'commands'>(
    z.object({ channel: id, kind: z.enum(['chat', 'user', 'message']) }),
    ({ channel, kind }, { actor }) => actor.commands(channel, kind),
  ),
  use: ask<'use'>(z.object(use), (of, context) =>
    answered(context.actor.command(of.channel, of.path, typed(of.options, context.uploads), of.application), context),
  ),
  complete: ask<'complete'>(z.object({ ...use, focused: custom }), (of, context) =>
    answered(
      context.actor.autocomplete(of.channel, of.path, of.focused, typed(of.options, context.uploads), of.application),
      context,
    ),
  ),
  userMenu: ask<'userMenu'>(z.object({ channel: id, name: custom, user: id, application: id }), (of, context) =>
    answered(context.actor.userMenu(of.channel, of.name, of.user, of.application), context),
  ),
  messageMenu: ask<'messageMenu'>(z.object({ ...ref, name: custom, application: id }), (of, context) =>
    answered(context.actor.messageMenu(at(of), of.name, of.application), context),
  ),
  press: ask<'press'>(z.object({ ...ref, button: custom }), (of, context) =>
    answered(context.actor.press(at(of), of.button), context),
  ),
  select: ask<'select'>(z.object({ ...ref, select: custom, values: z.array(custom).max(25) }), (of, context) =>
    answered(context.actor.select(at(of), of.select, of.values), context),
  ),
  submit: ask<'submit'>(z.object({ modal: custom, fields: z.record(custom, field) }), (of, context) =>
    answered(context.actor.submit(of.modal, filled(of.fields, context.uploads)), context),
  ),
  dismiss: ask<'dismiss'>(z.object({ modal: custom }), ({ modal }, { actor }) => {
    actor.dismiss(modal);
    return null;
  }),
};
