import { GatewayCloseCodes, GatewayIntentBits, type IntentsBitField } from 'discord.js';

export type LoginFailure = 'bad-token' | 'intents' | 'timeout' | 'unreachable';

const PRIVILEGED = [GatewayIntentBits.GuildMembers, GatewayIntentBits.MessageContent, GatewayIntentBits.GuildPresences];

/** Why the bot could not log in, in words for whoever runs it; in English, as the rest of the command line. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed';

  constructor(
    readonly failure: LoginFailure,
    detail = '',
    options?: ErrorOptions,
  ) {
    super(SENTENCES[failure] + (detail && ` ${detail}`), options);
  }

  /** Makes sense of what discord.js threw and of the code with which the gateway closed. */
  static from(error: unknown, closeCode: number | undefined, intents: IntentsBitField): LoginFailed {
    if (error instanceof LoginFailed) return error;
    const message = error instanceof Error ? error.message : String(error);
    if (closeCode === GatewayCloseCodes.AuthenticationFailed || /invalid token|Authentication failed/i.test(message)) {
      return new LoginFailed('bad-token');
    }
    if (closeCode === GatewayCloseCodes.DisallowedIntents || /disallowed intents/i.test(message)) {
      const asked = PRIVILEGED.filter((bit) => intents.has(bit)).map((bit) => GatewayIntentBits[bit]);
      return new LoginFailed('intents', `Asked for: ${asked.join(', ') || 'none'}.`);
    }
    return new LoginFailed('unreachable', message, { cause: error });
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
};
