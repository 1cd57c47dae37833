import { OAuth2Scopes, type PermissionFlagsBits, PermissionsBitField } from 'discord.js';

/** What the bot needs in a server, and for what. Nothing beyond it is asked for. */
export const NEEDED_PERMISSIONS = {
  ViewChannel: 'see the channels it works in',
  SendMessages: 'post, and open forum posts',
  SendMessagesInThreads: 'write in questions',
  ManageThreads: 'tag and close questions',
  ManageChannels: 'make the channels of /setup',
  ManageRoles: 'make and give the roles of /setup',
  EmbedLinks: 'show cards',
  AttachFiles: 'pass on logs and pictures',
  ReadMessageHistory: 'find what it posted before a failure',
} as const satisfies Partial<Record<keyof typeof PermissionFlagsBits, string>>;

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
