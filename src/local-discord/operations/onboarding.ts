/** Onboarding: the questions that a new member is asked, and the channels everyone starts with. */
import { GuildOnboardingMode, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { z } from 'zod';
import { allowedIn } from '../access.js';
import { fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Guild, Id, Onboarding } from '../model.js';
import { channelPermissions, has } from '../permissions.js';
import { int, parseForm, snowflake, text } from '../validate/form.js';
import type { World } from '../world.js';
import { saveGuild } from './guilds.js';

const most = limits.onboarding;

const onboardingForm = z.object({
  prompts: z
    .array(
      z.object({
        id: z.union([z.string(), z.number()]).transform(String).nullish(),
        type: int(0, 1).nullish(),
        title: text(1, most.promptTitle),
        options: z
          .array(
            z.object({
              id: z.union([z.string(), z.number()]).transform(String).nullish(),
              title: text(1, 50),
              description: text(0, 100).nullish(),
              emoji_id: snowflake.nullish(),
              emoji_name: z.string().nullish(),
              emoji_animated: z.boolean().nullish(),
              role_ids: z.array(snowflake).nullish(),
              channel_ids: z.array(snowflake).nullish(),
            }),
          )
          .min(1)
          .max(most.options),
        single_select: z.boolean().nullish(),
        required: z.boolean().nullish(),
        in_onboarding: z.boolean().nullish(),
      }),
    )
    .max(most.prompts)
    .nullish(),
  default_channel_ids: z.array(snowflake).nullish(),
  enabled: z.boolean().nullish(),
  mode: int(0, 1).nullish(),
});

/**
 * Changes onboarding. Enabled, it needs 7 channels that everyone sees, 5 of them writable. Refuses:
 * missingPermissions without MANAGE_GUILD and MANAGE_ROLES, onboardingRequirements, invalidForm.
 */
export function updateOnboarding(world: World, by: Id, guildId: Id, body: unknown): Guild {
  const { guild } = allowedIn(world, by, guildId, P.ManageGuild | P.ManageRoles);
  const form = parseForm(onboardingForm, body);
  const before = guild.onboarding;
  for (const id of form.default_channel_ids ?? [])
    if (!guild.channels.has(id)) invalid('default_channel_ids', 'CHANNEL_NOT_FOUND', 'Unknown channel');
  const known = new Set(before.prompts.flatMap((prompt) => [prompt.id, ...prompt.options.map(({ id }) => id)]));
  const idFor = (id: string | null | undefined) => (id && known.has(id) ? id : world.newId());
  const next: Onboarding = {
    enabled: form.enabled ?? before.enabled,
    mode: form.mode ?? before.mode,
    default_channel_ids: form.default_channel_ids ?? before.default_channel_ids,
    prompts:
      form.prompts?.map((prompt) => ({
        id: idFor(prompt.id),
        type: prompt.type ?? 0,
        title: prompt.title,
        single_select: prompt.single_select ?? false,
        required: prompt.required ?? false,
        in_onboarding: prompt.in_onboarding ?? true,
        options: prompt.options.map((option) => ({
          id: idFor(option.id),
          title: option.title,
          description: option.description ?? '',
          emoji: {
            id: option.emoji_id ?? null,
            name: option.emoji_name ?? null,
            animated: option.emoji_animated ?? false,
          },
          role_ids: option.role_ids ?? [],
          channel_ids: option.channel_ids ?? [],
        })),
      })) ?? before.prompts,
  };
  if (next.enabled && !meetsRequirements(world, guild, next)) fail('onboardingRequirements');
  guild.onboarding = next;
  saveGuild(world, guild);
  return guild;
}

function meetsRequirements(world: World, guild: Guild, onboarding: Onboarding): boolean {
  const nobody = {
    user_id: '0',
    guild_id: guild.id,
    nick: null,
    roles: [],
    joined_at: '',
    flags: 0,
    pending: false,
    mute: false,
    deaf: false,
    communication_disabled_until: null,
  };
  const offered = new Set(onboarding.default_channel_ids);
  // In advanced mode the channels that questions lead to count as well.
  if (onboarding.mode === GuildOnboardingMode.OnboardingAdvanced)
    for (const prompt of onboarding.prompts)
      for (const option of prompt.options) for (const id of option.channel_ids) offered.add(id);
  let visible = 0;
  let writable = 0;
  for (const id of offered) {
    const channel = guild.channels.get(id);
    if (!channel) continue;
    const permissions = channelPermissions(guild, nobody, channel, world.now());
    if (has(permissions, P.ViewChannel)) visible += 1;
    if (has(permissions, P.ViewChannel | P.SendMessages)) writable += 1;
  }
  return visible >= most.defaultChannels && writable >= most.writable;
}
