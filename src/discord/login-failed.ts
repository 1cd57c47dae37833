import {
  DiscordAPIError,
  GatewayCloseCodes,
  GatewayIntentBits,
  HTTPError,
  type IntentsBitField,
  RateLimitError,
} from 'discord.js';

export type LoginFailure =
  | 'bad-token'
  | 'intents'
  | 'timeout'
  /** The network said no. */
  | 'unreachable'
  /** Something answers, but it is not Discord's API. */
  | 'not-discord'
  /** Discord answered, and did not let the bot in. */
  | 'refused';

const PRIVILEGED = [GatewayIntentBits.GuildMembers, GatewayIntentBits.MessageContent, GatewayIntentBits.GuildPresences];

/** Why the bot could not log in, or was sent away, in words for whoever runs it; in English, as the rest of the command line. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed';

  constructor(
    readonly failure: LoginFailure,
    detail = '',
    options?: ErrorOptions,
  ) {
    super(SENTENCES[failure] + (detail && ` ${detail}`), options);
  }

  /** Makes sense of what discord.js threw. */
  static of(error: unknown): LoginFailed {
    if (error instanceof LoginFailed) return error;
    const cause = { cause: error };
    if (!(error instanceof Error)) return new LoginFailed('refused', String(error), cause);
    if (error instanceof RateLimitError) {
      // The client adds some milliseconds of its own.
      const seconds = Math.floor(error.retryAfter / 1000);
      return new LoginFailed(
        'refused',
        `It asks to wait for ${seconds} s (rate limit of ${error.method} ${error.route}).`,
        cause,
      );
    }
    if (error instanceof DiscordAPIError || error instanceof HTTPError) {
      if (error.status === 401) return new LoginFailed('bad-token', '', cause);
      const said = `${error.method} ${new URL(error.url).pathname}: ${error.status} ${error.message}`;
      return new LoginFailed(error.status === 404 ? 'not-discord' : 'refused', said, cause);
    }
    if (error.name === 'AbortError') return new LoginFailed('timeout', '', cause);
    if (/invalid token/i.test(error.message)) return new LoginFailed('bad-token', '', cause);
    const said = error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
    const network = 'syscall' in error || error.cause !== undefined || error.name === 'SocketError';
    return new LoginFailed(network ? 'unreachable' : 'refused', said, cause);
  }

  /** Makes sense of the code with which Discord closed the connection for good. */
  static closed(code: number, intents: IntentsBitField): LoginFailed {
    if (code === GatewayCloseCodes.AuthenticationFailed) return new LoginFailed('bad-token');
    if (code === GatewayCloseCodes.DisallowedIntents) {
      const asked = PRIVILEGED.filter((bit) => intents.has(bit)).map((bit) => GatewayIntentBits[bit]);
      return new LoginFailed('intents', `Asked for: ${asked.join(', ') || 'none'}.`);
    }
    return new LoginFailed('refused', `Its gateway closed with ${code} (${GatewayCloseCodes[code] ?? 'unknown'}).`);
  }
}

const SENTENCES: Readonly<Record<LoginFailure, string>> = {
  'bad-token':
    'Discord refuses the token. Copy it again from https://discord.com/developers/applications → your application → Bot → Reset Token, into DISCORD_TOKEN.',
  intents:
    'Discord did not grant the privileged intents. Switch them on at https://discord.com/developers/applications → your application → Bot → Privileged Gateway Intents.',
  timeout:
    'Discord did not let the bot in within 30 seconds, and did not say why. Is DISCORD_API_URL right, and is https://discordstatus.com quiet?',
  unreachable: 'Discord cannot be reached.',
  'not-discord': 'What answers at DISCORD_API_URL is not the API of Discord: its address ends with /api.',
  refused: 'Discord did not let the bot in.',
};
