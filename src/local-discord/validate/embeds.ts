/** Embeds as a message may carry them. */
import type { APIEmbed } from 'discord-api-types/v10';
import { z } from 'zod';
import type { FormErrors } from '../errors.js';
import { limits } from '../limits.js';
import { int, lengthOf, parseInto, text, time } from './form.js';

const { embed: most } = limits;

const url = z.string().check((ctx) => {
  if (!/^(https?|attachment):\/\/\S+$/.test(ctx.value))
    ctx.issues.push({
      code: 'custom',
      input: ctx.value,
      message: `Scheme "${ctx.value.split(':')[0]?.slice(0, 40)}" is not supported. Scheme must be one of ('http', 'https').`,
      params: { code: 'URL_TYPE_INVALID_SCHEME' },
    });
  if (ctx.value.length > most.url)
    ctx.issues.push({
      code: 'custom',
      input: ctx.value,
      message: `Must be ${most.url} or fewer in length.`,
      params: { code: 'BASE_TYPE_MAX_LENGTH' },
    });
});
const media = z.object({ url }).nullish();

const embedForm = z.object({
  title: text(0, most.title).nullish(),
  description: text(0, most.description).nullish(),
  url: url.nullish(),
  timestamp: time.nullish(),
  color: int(0, 0xffffff).nullish(),
  footer: z.object({ text: text(0, most.footer), icon_url: url.nullish() }).nullish(),
  image: media,
  thumbnail: media,
  author: z.object({ name: text(1, most.author), url: url.nullish(), icon_url: url.nullish() }).nullish(),
  fields: z
    .array(
      z.object({
        name: text(1, most.fieldName),
        value: text(1, most.fieldValue),
        inline: z.boolean().nullish(),
      }),
    )
    .max(most.fields)
    .nullish(),
});

const embedForms = z.array(embedForm).max(limits.message.embeds);

/** Reads the embeds of a message; what is wrong goes to `errors` under `embeds`. */
export function readEmbeds(value: unknown, errors: FormErrors): APIEmbed[] {
  if (value === undefined || value === null) return [];
  const forms = parseInto(embedForms, value, errors, 'embeds');
  if (!forms) return [];
  const embeds = forms.map((form): APIEmbed => {
    const embed: Record<string, unknown> = { type: 'rich' };
    for (const [key, part] of Object.entries(form)) if (part !== null && part !== undefined) embed[key] = part;
    if (form.fields) embed.fields = form.fields.map((field) => ({ ...field, inline: field.inline ?? false }));
    if (form.timestamp) embed.timestamp = new Date(form.timestamp).toISOString();
    return embed;
  });
  embeds.forEach((embed, index) => {
    const shown =
      embed.title || embed.description || embed.fields?.length || embed.author || embed.footer || embed.image;
    if (!shown && !embed.thumbnail && !embed.timestamp && !embed.url)
      errors.add(`embeds.${index}.description`, 'BASE_TYPE_REQUIRED', 'This field is required');
  });
  const total = embeds.reduce((sum, embed) => sum + embedLength(embed), 0);
  if (total > most.total)
    errors.add('embeds', 'MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${most.total}`);
  return embeds;
}

/** The characters that count towards the 6000 of a message. */
export function embedLength(embed: APIEmbed): number {
  let length = lengthOf(embed.title ?? '') + lengthOf(embed.description ?? '');
  length += lengthOf(embed.footer?.text ?? '') + lengthOf(embed.author?.name ?? '');
  for (const field of embed.fields ?? []) length += lengthOf(field.name) + lengthOf(field.value);
  return length;
}
