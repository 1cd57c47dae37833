/** The client: the least intents, bounded caches, and a login that ends with a reason. */
import {
  type APIApplication,
  ApplicationFlags,
  Client,
  type Collection,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  LimitedCollection,
  Options,
  REST,
  Routes,
} from 'discord.js';
import type { Clock } from '../platform/clock.js';
import { LoginFailed } from './login-failed.js';

export interface DiscordAddress {
  /** Ends with `/api`. */
  readonly api: string;
  readonly token: string;
}

/** What the application was granted by Discord, beside what everyone has. */
export interface Granted {
  readonly applicationId: string;
  /** Newcomers are seen on arrival. Without it they press a button. */
  readonly members: boolean;
  readonly messageContent: boolean;
}

const LOOK_UP_MS = 10_000;
const LOGIN_MS = 30_000;

/** Asks Discord who this token is and which privileged intents it was granted. Throws LoginFailed, after 30 s at the latest. */
export async function lookUp({ api, token }: DiscordAddress): Promise<Granted> {
  const rest = new REST({ version: '10', api, timeout: LOOK_UP_MS, retries: 1 }).setToken(token);
  try {
    const signal = AbortSignal.timeout(LOGIN_MS);
    const application = (await rest.get(Routes.currentApplication(), { signal })) as APIApplication;
    const flags = application.flags ?? 0;
    const has = (...bits: readonly number[]) => bits.some((bit) => (flags & bit) !== 0);
    return {
      applicationId: application.id,
      members: has(ApplicationFlags.GatewayGuildMembers, ApplicationFlags.GatewayGuildMembersLimited),
      messageContent: has(ApplicationFlags.GatewayMessageContent, ApplicationFlags.GatewayMessageContentLimited),
    };
  } catch (error) {
    if (error instanceof DiscordAPIError && error.status === 401) throw new LoginFailed('bad-token');
    throw new LoginFailed('unreachable', describe(error), { cause: error });
  }
}

/** A client that is not connected yet. Nothing it sends can mention anyone unless a payload says so itself. */
export function createClient({ api, token }: DiscordAddress, granted: Granted): Client {
  const client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildScheduledEvents,
      ...(granted.members ? [GatewayIntentBits.GuildMembers] : []),
    ],
    allowedMentions: { parse: [], repliedUser: false },
    failIfNotExists: false,
    makeCache: boundedCaches,
    sweepers: { threads: { interval: 1800, lifetime: 3600 } },
    rest: { api },
  });
  // Commands are registered before the login: whoever is seen to be there can be asked.
  client.rest.setToken(token);
  return client;
}

// Guilds, channels, threads, roles and overwrites are what discord.js works with, and cannot be bounded. Of the rest we
// keep nobody but the bot: what an interaction is about comes with it, and what rules need is in the guild's file.
const UNKEPT: ReadonlySet<string> = new Set([
  'ApplicationCommandManager',
  'ApplicationEmojiManager',
  'AutoModerationRuleManager',
  'BaseGuildEmojiManager',
  'DMMessageManager',
  'EntitlementManager',
  'GuildBanManager',
  'GuildEmojiManager',
  'GuildInviteManager',
  'GuildMessageManager',
  'GuildScheduledEventManager',
  'GuildSoundboardSoundManager',
  'GuildStickerManager',
  'GuildTextThreadManager',
  'MessageManager',
  'PresenceManager',
  'ReactionManager',
  'ReactionUserManager',
  'StageInstanceManager',
  'SubscriptionManager',
  'ThreadMemberManager',
  'VoiceStateManager',
]);
// One for all: it takes nothing in, and a thousand servers have tens of thousands of such managers.
const nothing: Collection<string, never> = new LimitedCollection({ maxSize: 0 });
const itself = {
  maxSize: 1,
  keepOverLimit: (kept: { id: string; client: Client }) => kept.id === kept.client.user?.id,
};
const rest = Options.cacheWithLimits({ GuildMemberManager: itself, UserManager: itself });
const boundedCaches: typeof rest = (managerType, holds, manager) =>
  UNKEPT.has(manager.name) ? nothing : rest(managerType, holds, manager);

/**
 * Logs in and waits until the client is ready. Throws LoginFailed after 30 s, or sooner where Discord says why:
 * discord.js by itself tries for ever.
 */
export async function login(client: Client, token: string, clock: Clock): Promise<Client<true>> {
  const closes: number[] = [];
  const onClose = ({ code }: { code: number }) => closes.push(code);
  let cancel = () => {};
  try {
    const ready = new Promise<Client<true>>((resolve, reject) => {
      client.once(Events.ClientReady, resolve);
      client.on(Events.ShardDisconnect, onClose);
      cancel = clock.after(LOGIN_MS, () => reject(new LoginFailed('timeout')));
    });
    // Whichever ends the wait, the other must not count as unhandled.
    ready.catch(() => undefined);
    await Promise.race([client.login(token), ready]);
    return await ready;
  } catch (error) {
    await client.destroy();
    throw LoginFailed.from(error, closes.at(-1), client.options.intents);
  } finally {
    cancel();
    client.off(Events.ShardDisconnect, onClose);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
