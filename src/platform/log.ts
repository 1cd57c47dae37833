import { styleText } from 'node:util';
import { type DestinationStream, pino } from 'pino';

export type Log = pino.Logger;
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Lines for people, as `12:00:01 info  ready guilds=3`; else JSON. */
  readonly pretty?: boolean;
  /** Never written, wherever they turn up. */
  readonly secrets?: readonly string[];
  readonly destination: { write(line: string): unknown };
}

// What people wrote, under the names that Discord and this program have for it. Kept at debug and below.
const TEXT_KEYS = ['content', 'text', 'body', 'message_text', 'components', 'embeds', 'values'];
const DEBUG = 20;

// Interaction and webhook tokens stand in addresses, and let anybody answer in the bot's name for 15 minutes.
const TOKEN_IN_URL = /(\/(?:interactions|webhooks)\/\d+\/)[\w.~%-]+/g;
const BOT_TOKEN = /\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}\b/g;

/** A log that writes no token anywhere, and nothing that people wrote above debug. */
export function createLog({ level, pretty = false, secrets = [], destination }: LogOptions): Log {
  const known = secrets.filter((secret) => secret.length >= 6);
  const scrub = (line: string): string => {
    const clean = line.replace(TOKEN_IN_URL, '$1[token]').replace(BOT_TOKEN, '[token]');
    return known.reduce((text, secret) => text.replaceAll(secret, '[secret]'), clean);
  };
  const stream: DestinationStream = {
    write(line) {
      destination.write(pretty ? `${scrub(humanLine(line))}\n` : scrub(line));
    },
  };
  return pino(
    {
      level,
      base: null,
      messageKey: 'msg',
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError, error: describeError },
      redact: {
        paths: ['token', '*.token', 'authorization', '*.authorization', 'headers', '*.headers'],
        censor: '[token]',
      },
      hooks: {
        logMethod(args, method, weight) {
          const [first, ...rest] = args;
          const quiet = weight > DEBUG && typeof first === 'object' && first !== null && !(first instanceof Error);
          method.apply(this, (quiet ? [withoutTexts(first), ...rest] : args) as typeof args);
        },
      },
    },
    stream,
  );
}

function withoutTexts(fields: object): object {
  return TEXT_KEYS.some((key) => key in fields)
    ? Object.fromEntries(Object.entries(fields).filter(([key]) => !TEXT_KEYS.includes(key)))
    : fields;
}

// A message may quote what it was about; so much of it tells what is wrong.
const MOST_OF_A_MESSAGE = 300;

/** An error without what it carries along: discord.js hangs the request, with what people wrote, on its errors. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, cause } = error;
  const message = error.message.slice(0, MOST_OF_A_MESSAGE);
  const stack = error.stack?.replace(error.message, message);
  const extra = Object.fromEntries(
    ['code', 'status', 'method', 'url', 'kind'].flatMap((key) => {
      const value: unknown = Reflect.get(error, key);
      return typeof value === 'string' || typeof value === 'number' ? [[key, value]] : [];
    }),
  );
  return { name, message, ...extra, stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) };
}

function humanLine(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const colour = level === 'error' || level === 'fatal' ? 'red' : level === 'warn' ? 'yellow' : 'dim';
  const facts = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : '';
  const head = styleText(colour, `${String(time).slice(11, 19)} ${String(level).padEnd(5)}`);
  return [head, msg ?? '', ...facts].join(' ').trimEnd() + stack;
}
