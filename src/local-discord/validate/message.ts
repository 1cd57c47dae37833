/** The body of a message: what may be sent or edited in, by anyone, through any door. */
import { type APIEmbed, type APIMessageTopLevelComponent, MessageFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import { DiscordError, FormErrors } from '../errors.js';
import { limits } from '../limits.js';
import { readComponents } from './components.js';
import { readEmbeds } from './embeds.js';
import { int, parseInto, snowflake, text } from './form.js';

/** A file as it came with the request; `index` is n of `files[n]`, to which the body's `attachments` refer. */
export interface Upload {
  readonly index: number;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

const { message: most, poll: pollMost } = limits;

const allowedMentions = z.object({
  parse: z
    .array(z.enum(['roles', 'users', 'everyone']))
    .max(3)
    .nullish(),
  roles: z.array(snowflake).max(100).nullish(),
  users: z.array(snowflake).max(100).nullish(),
  replied_user: z.boolean().nullish(),
});
export type AllowedMentions = z.infer<typeof allowedMentions>;

const pollMedia = (length: number) =>
  z.object({
    text: text(1, length),
    emoji: z.object({ id: snowflake.nullish(), name: z.string().nullish() }).nullish(),
  });
const pollForm = z.object({
  question: pollMedia(pollMost.question),
  answers: z
    .array(z.object({ poll_media: pollMedia(pollMost.answer) }))
    .min(1)
    .max(pollMost.answers),
  duration: int(1, pollMost.hours).nullish(),
  allow_multiselect: z.boolean().nullish(),
  layout_type: z.literal(1).nullish(),
});
export type PollForm = z.infer<typeof pollForm>;

const scalars = z.object({
  content: text(0, most.content).nullish(),
  nonce: z.union([text(0, most.nonce), z.number().int()]).nullish(),
  enforce_nonce: z.boolean().nullish(),
  tts: z.boolean().nullish(),
  flags: z.number().int().nonnegative().nullish(),
  allowed_mentions: allowedMentions.nullish(),
  message_reference: z
    .object({
      type: int(0, 1).nullish(),
      message_id: snowflake,
      channel_id: snowflake.nullish(),
      guild_id: snowflake.nullish(),
      fail_if_not_exists: z.boolean().nullish(),
    })
    .nullish(),
  attachments: z
    .array(
      z.object({
        id: z.union([z.string(), z.number()]).transform(String),
        filename: z.string().max(1024).nullish(),
        description: text(0, most.attachmentDescription).nullish(),
      }),
    )
    .max(most.attachments)
    .nullish(),
  poll: z.unknown().optional(),
  embeds: z.unknown().optional(),
  components: z.unknown().optional(),
});

/** A body that keeps every rule about itself. Undefined means: not said. */
export interface MessageForm {
  content?: string;
  nonce?: string | number;
  enforceNonce: boolean;
  tts: boolean;
  flags?: number;
  allowedMentions?: AllowedMentions;
  reference?: { type: number; message_id: string; channel_id?: string; fail_if_not_exists: boolean };
  attachments?: { id: string; filename?: string; description?: string }[];
  poll?: PollForm;
  embeds?: APIEmbed[];
  components?: APIMessageTopLevelComponent[];
}

/** What somebody who is not the system may set. */
const SETTABLE = MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2;

/**
 * Reads a message's body. `before` holds the flags of the message that is edited. `extraFlags` may be set besides
 * (Ephemeral, where an interaction is answered). Refuses: invalidForm, fileTooLarge, maxAttachments, entityTooLarge.
 */
export function readMessage(
  body: unknown,
  files: readonly Upload[],
  { before, extraFlags = 0, prefix = '' }: { before?: number; extraFlags?: number; prefix?: string } = {},
): MessageForm {
  const collected = new FormErrors();
  const errors = prefix === '' ? collected : collected.under(prefix);
  const form = parseInto(scalars, body ?? {}, errors, '');
  if (!form) {
    collected.settle();
    throw new DiscordError('invalidForm');
  }
  const flags = form.flags ?? undefined;
  const v2 = (((before ?? 0) | (flags ?? 0)) & MessageFlags.IsComponentsV2) !== 0;
  if (flags !== undefined) {
    if (flags & ~(SETTABLE | extraFlags | (before ?? 0)))
      errors.add('flags', 'BASE_TYPE_CHOICES', 'One of the provided flags is not allowed.');
  }
  if (v2)
    for (const key of ['content', 'embeds', 'poll'] as const) {
      const value: unknown = form[key];
      const said = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
      if (said)
        errors.add(
          key,
          'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
          `The '${key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
        );
    }
  const embeds = form.embeds === undefined || v2 ? undefined : readEmbeds(form.embeds, errors);
  const components = form.components === undefined ? undefined : readComponents(form.components, errors, v2);
  const poll =
    form.poll === undefined || form.poll === null ? undefined : parseInto(pollForm, form.poll, errors, 'poll');
  collected.settle();
  checkFiles(files);
  return {
    content: form.content === undefined ? undefined : (form.content ?? ''),
    nonce: form.nonce === null || form.nonce === '' ? undefined : form.nonce,
    enforceNonce: form.enforce_nonce === true,
    tts: form.tts === true,
    flags,
    allowedMentions: form.allowed_mentions ?? undefined,
    reference: form.message_reference
      ? {
          type: form.message_reference.type ?? 0,
          message_id: form.message_reference.message_id,
          channel_id: form.message_reference.channel_id ?? undefined,
          fail_if_not_exists: form.message_reference.fail_if_not_exists !== false,
        }
      : undefined,
    attachments: form.attachments?.map((one) => ({
      id: one.id,
      filename: one.filename ?? undefined,
      description: one.description ?? undefined,
    })),
    poll,
    embeds,
    components,
  };
}

/** Refuses: maxAttachments, fileTooLarge, entityTooLarge. */
export function checkFiles(files: readonly Upload[]): void {
  if (files.length > most.attachments) throw new DiscordError('maxAttachments');
  let total = 0;
  for (const file of files) {
    if (file.bytes.length > most.file) throw new DiscordError('entityTooLarge');
    total += file.bytes.length;
  }
  if (total > most.request) throw new DiscordError('entityTooLarge');
}
