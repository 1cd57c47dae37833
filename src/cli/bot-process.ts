import { createApp, type Started } from '../app.js';
import { intentNames } from '../discord/client.js';
import { inviteLink } from '../discord/invite.js';
import { LoginFailed } from '../discord/login-failed.js';
import { systemClock } from '../platform/clock.js';
import { type Environment, EnvironmentError } from '../platform/env.js';
import { createGuildStore } from '../platform/guild-store.js';
import { CannotListen, Unencrypted } from '../platform/http.js';
import { lockFolder } from '../platform/lock.js';
import { createLog, type Log } from '../platform/log.js';
import { createMetrics } from '../platform/metrics.js';
import { readMigrations } from '../platform/migrate.js';
import { shipped } from '../platform/paths.js';
import { guildsFolder } from './data-dir.js';
import type { Terminal } from './index.js';
import { type Neighbour, nextFreePort, startNeighbour } from './local-neighbour.js';

/** Runs the bot until it is told to stop, holding the folder. Returns the exit code. Throws FolderInUse. */
export async function runBotProcess(terminal: Terminal, env: Environment): Promise<number> {
  const lock = lockFolder(guildsFolder(env));
  try {
    return await runLocked(terminal, env);
  } finally {
    lock.release();
  }
}

/** A stop takes less than 5 s, whatever hangs. Being cut off loses nothing: it is as if the process were killed. */
const LONGEST_STOP_MS = 4_700;

function boundStop(stop: AbortSignal, log: Log): void {
  const begin = () => {
    const cutOff = setTimeout(() => {
      log.warn('not everything came to its end in time');
      process.exit(0);
    }, LONGEST_STOP_MS);
    cutOff.unref();
  };
  stop.addEventListener('abort', begin, { once: true });
}

async function runLocked(terminal: Terminal, env: Environment): Promise<number> {
  const log = createLog({
    level: env.logLevel,
    pretty: terminal.interactive,
    secrets: env.discordToken === undefined ? [] : [env.discordToken],
    destination: process.stderr,
  });
  // Whatever is not caught leaves things as SIGKILL would, which is safe. Whoever restarts the process reads why.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught');
    process.exit(1);
  });
  boundStop(terminal.stop, log);
  let neighbour: Neighbour | undefined;
  try {
    neighbour = env.discordToken === undefined ? await startNeighbour(terminal, env, log) : undefined;
    return await runBot(terminal, env, log, neighbour);
  } catch (error) {
    // Somebody's to mend at Discord or on this machine, and said in a sentence; anything else is told in full.
    if (!isTheirs(error)) log.fatal({ err: error }, 'could not start');
    terminal.err(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await neighbour?.stop();
  }
}

async function runBot(
  terminal: Terminal,
  env: Environment,
  log: Log,
  neighbour: Neighbour | undefined,
): Promise<number> {
  const guilds = createGuildStore({
    folder: guildsFolder(env),
    migrations: readMigrations(shipped('migrations')),
    clock: systemClock,
  });
  const metrics = createMetrics();
  const app = createApp({
    discord: neighbour ?? { api: env.discordApiUrl, token: env.discordToken ?? '' },
    guilds,
    clock: systemClock,
    log,
    metrics,
    http: {
      host: env.httpHost,
      port: env.httpPortGiven ? env.httpPort : await nextFreePort(env.httpHost, env.httpPort),
      publicUrl: env.httpPublicUrl,
      tls: env.tls,
      trustedHops: env.trustedHops,
      insecure: env.httpInsecure,
    },
  });
  try {
    const started = await Promise.race([app.start(), aborted(terminal.stop)]);
    if (!started) return 0;
    announce(terminal, neighbour, started);
    const lost = await Promise.race([app.lost, aborted(terminal.stop)]);
    if (lost) terminal.err(lost.message);
    return lost ? 1 : 0;
  } finally {
    await app.stop();
    metrics.stop();
    guilds.close();
  }
}

function announce(terminal: Terminal, neighbour: Neighbour | undefined, { granted, httpUrl }: Started): void {
  if (neighbour) terminal.out(`Open ${neighbour.url} to be somebody there.`);
  else {
    terminal.out(`Invite the bot: ${inviteLink(granted.applicationId)}`);
    terminal.out(`Intents: ${intentNames(granted).join(', ')}.${granted.members ? '' : NO_MEMBERS}`);
  }
  if (httpUrl !== undefined) terminal.out(`Health: ${httpUrl}/healthz  Metrics: ${httpUrl}/metrics`);
}

const NO_MEMBERS =
  ' GuildMembers is not granted: newcomers press a button instead of being seen. To change it: https://discord.com/developers/applications → your application → Bot → Server Members Intent.';

/** Resolves when somebody asks us to stop. */
const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

const isTheirs = (error: unknown): boolean =>
  (error instanceof LoginFailed && error.failure !== 'refused') ||
  error instanceof EnvironmentError ||
  error instanceof Unencrypted ||
  error instanceof CannotListen;
