import { join } from 'node:path';
import type { Environment } from '../platform/env.js';

/** Where guilds' files are, with the lock that keeps them to one process. */
export const guildsFolder = ({ dataDir }: Environment): string => join(dataDir, 'guilds');
/** The local Discord's own state. */
export const localDiscordFile = ({ dataDir }: Environment): string => join(dataDir, 'local-discord', 'discord.sqlite');
