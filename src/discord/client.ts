/** The client: the least intents, bounded caches, and a login that ends with a reason. */
import {
  ApplicationFlags,
  Client,
  type Collection,
  Events,
  GatewayIntentBits,
  LimitedCollection,
  Options,
  REST,
  Routes,
} from 'discord.js';
import { z } from 'zod';
import type { Clock } from '../platform/clock.js';
import { LoginFailed } from './login-failed.js';
import { onceSettled, type Settled } from './settled.js';

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

const REQUEST_MS = 10_000;
const LOGIN_MS = 30_000;

/** The REST client of the login. A wait that Discord asks for and that is longer than the login may take comes back as an error. */
export function createLoginRest({ api, token }: DiscordAddress): REST {
  const rejectOnRateLimit = ({ retryAfter }: { retryAfter: number }) => retryAfter >= LOGIN_MS;
  return new REST({ version: '10', api, timeout: REQUEST_MS, retries: 1, rejectOnRateLimit }).setToken(token);
}

/** What Discord says about an application to its bot, as far as the login goes. */
const APPLICATION = z.object({ id: z.string().regex(/^\d{1,20}$/), flags: z.int().optional() });

/** Asks Discord who this token is and which privileged intents it was granted. Throws LoginFailed. */
export async function lookUp(rest: REST): Promise<Granted> {
  const answer = await rest.get(Routes.currentApplication()).catch((error: unknown) => {
    throw LoginFailed.of(error);
  });
  const { data } = APPLICATION.safeParse(answer);
  if (!data) throw new LoginFailed('not-discord');
  const has = (...bits: readonly number[]) => bits.some((bit) => ((data.flags ?? 0) & bit) !== 0);
  return {
    applicationId: data.id,
    members: has(ApplicationFlags.GatewayGuildMembers, ApplicationFlags.GatewayGuildMembersLimited),
    messageContent: has(ApplicationFlags.GatewayMessageContent, ApplicationFlags.GatewayMessageContentLimited),
  };
}

/** What the bot asks for: of the privileged intents only what was granted. */
const intentsOf = ({ members }: Granted): GatewayIntentBits[] => [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildScheduledEvents,
  ...(members ? [GatewayIntentBits.GuildMembers] : []),
];
export const intentNames = (granted: Granted): string[] => intentsOf(granted).map((bit) => GatewayIntentBits[bit]);

/** A client that is not connected yet. Nothing it sends can mention anyone unless a payload says so itself, or tells of what is not on the disk. */
export function createClient({ api }: Pick<DiscordAddress, 'api'>, granted: Granted, settled: Settled): Client {
  return new Client({
    intents: intentsOf(granted),
    allowedMentions: { parse: [], repliedUser: false },
    failIfNotExists: false,
    makeCache: boundedCaches,
    sweepers: { threads: { interval: 1800, lifetime: 3600 } },
    rest: { api, makeRequest: onceSettled(settled) },
  });
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
 * Waits for the parts of a login, all of them together for 30 s: discord.js, and Discord's rate limits, wait for as long as it
 * takes. `inTime` throws LoginFailed when they are over, whatever becomes of the part.
 */
export function loginTime(clock: Pick<Clock, 'after'>) {
  let stop = () => {};
  const over = new Promise<never>((_, reject) => {
    stop = clock.after(LOGIN_MS, () => reject(new LoginFailed('timeout')));
  });
  // Nobody may be waiting when it is over.
  over.catch(() => undefined);
  return { inTime: <T>(part: Promise<T>): Promise<T> => Promise.race([part, over]), stop };
}

/** Logs in and waits until the client is ready. Throws LoginFailed where Discord says why; else it tries for ever. */
export async function login(client: Client, token: string): Promise<Client<true>> {
  let closedFor: (reason: LoginFailed) => void = () => {};
  const closed = new Promise<never>((_, reject) => {
    closedFor = reject;
  });
  const stopListening = onLost(client, closedFor);
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  try {
    await Promise.race([client.login(token), closed]);
    return await Promise.race([ready, closed]);
  } catch (error) {
    throw LoginFailed.of(error);
  } finally {
    stopListening();
    closed.catch(() => undefined);
  }
}

/** Tells when Discord closes the connection for a reason that no new one would change. Returns how to stop listening. */
export function onLost(client: Client, lost: (reason: LoginFailed) => void): () => void {
  const listener = ({ code }: { code: number }) => lost(LoginFailed.closed(code, client.options.intents));
  client.on(Events.ShardDisconnect, listener);
  return () => void client.off(Events.ShardDisconnect, listener);
}
