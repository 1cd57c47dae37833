/** Which application commands a person may use where they stand. */
import {
  ApplicationCommandType,
  ChannelType,
  InteractionContextType as Context,
  PermissionFlagsBits as P,
} from 'discord-api-types/v10';
import type { Place } from '../access.js';
import { fail } from '../errors.js';
import type { Commands } from '../interactions/commands.js';
import type { Application, Command } from '../model.js';
import { ALL, has } from '../permissions.js';
import type { World } from '../world.js';
import { follow, isNamed, type Picked } from './typed-options.js';

export interface Offer {
  readonly application: Application;
  readonly command: Command;
}

/** Applications whose commands are shown here: bots of the guild, or the bot at the other end of a direct conversation. */
function applicationsAt(world: World, { guild, channel }: Place): Application[] {
  return [...world.applications.values()].filter(({ bot_id }) =>
    guild ? guild.members.has(bot_id) : channel.type === ChannelType.DM && channel.recipient_ids?.includes(bot_id),
  );
}

/** Commands of a kind that the person may use here. */
export function offers(world: World, commands: Commands, place: Place, type: ApplicationCommandType): Offer[] {
  return applicationsAt(world, place).flatMap((application) => {
    const own = commands.offered(application.id, place.guild?.id).filter((command) => command.type === type);
    return own.filter((command) => mayUse(command, place)).map((command) => ({ application, command }));
  });
}

/** default_member_permissions, contexts and the channel's own permission to use commands. */
export function mayUse(command: Command, place: Place): boolean {
  if (!place.guild) return (command.contexts ?? [Context.BotDM]).includes(Context.BotDM);
  if (!(command.contexts ?? [Context.Guild]).includes(Context.Guild)) return false;
  if (command.nsfw && !place.channel.nsfw) return false;
  if (!has(place.permissions, P.UseApplicationCommands)) return false;
  const needed = command.default_member_permissions;
  if (needed === null || needed === undefined) return true;
  // Nothing at all means: administrators only.
  return place.permissions === ALL || (needed !== '0' && has(place.permissions, BigInt(needed)));
}

/**
 * Finds a command by what is typed after the slash, in any language; `of` is an application's id. Refuses:
 * unknownCommand, and missingPermissions where it exists but is not for this person or place.
 */
export function pickChatCommand(
  world: World,
  commands: Commands,
  place: Place,
  path: string,
  of: string | undefined,
): Offer & Picked {
  const [name = '', ...words] = path.trim().replace(/^\//, '').split(/\s+/);
  const { application, command } = pick(world, commands, place, ApplicationCommandType.ChatInput, name, of);
  const picked = follow(command, words);
  return picked ? { application, ...picked } : fail('unknownCommand');
}

/** Finds an entry of a context menu by its name in any language. Refuses: as pickChatCommand. */
export function pickMenuCommand(
  world: World,
  commands: Commands,
  place: Place,
  type: ApplicationCommandType.User | ApplicationCommandType.Message,
  name: string,
  of: string | undefined,
): Offer {
  return pick(world, commands, place, type, name, of);
}

function pick(
  world: World,
  commands: Commands,
  place: Place,
  type: ApplicationCommandType,
  name: string,
  of: string | undefined,
): Offer {
  let forbidden = false;
  for (const application of applicationsAt(world, place)) {
    if (of !== undefined && application.id !== of) continue;
    for (const command of commands.offered(application.id, place.guild?.id)) {
      if (command.type !== type || !isNamed(command, name)) continue;
      if (mayUse(command, place)) return { application, command };
      forbidden = true;
    }
  }
  return fail(forbidden ? 'missingPermissions' : 'unknownCommand');
}
