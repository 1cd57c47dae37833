import { OAuth2Scopes, PermissionsBitField } from 'discord.js';
import type { Permission } from '../community/setup-plan.js';

/** What the bot needs in a server, and for what. Nothing beyond it is asked for. */
export const NEEDED_PERMISSIONS = {
  ViewChannel: 'see the channels it works in',
  SendMessages: 'post, and open forum posts',
  SendMessagesInThreads: 'write in questions',
  ManageThreads: 'tag and close questions',
  ManageMessages: 'give it to the moderators of /setup: nobody can give what they lack',
  ManageChannels: 'make the channels of /setup',
  ManageRoles: 'make and give the roles of /setup',
  EmbedLinks: 'show cards',
  AttachFiles: 'pass on logs and pictures',
  ReadMessageHistory: 'find what it posted before a failure',
} as const satisfies Record<Permission, string>;

export const neededPermissions: bigint = PermissionsBitField.resolve(
  Object.keys(NEEDED_PERMISSIONS) as (keyof typeof NEEDED_PERMISSIONS)[],
);

/** The address at which a server's owner adds the bot, with exactly these permissions. */
export function inviteLink(applicationId: string): string {
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: `${OAuth2Scopes.Bot} ${OAuth2Scopes.ApplicationsCommands}`,
    permissions: neededPermissions.toString(),
  });
  return `https://discord.com/oauth2/authorize?${query}`;
}
