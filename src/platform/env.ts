import { accessSync, constants, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { LOG_LEVELS } from './log.js';
import { shipped } from './paths.js';

/** Wrong values in the environment: all of them, one a line. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

const port = (standard: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((value) => value <= 65_535)
    .default(standard);

/** What is there and can be read now: what fails later fails without a name. */
const readableFile = () =>
  z
    .string()
    .transform((path) => resolve(path))
    .refine(isReadableFile);

function isReadableFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A folder, or nothing yet where one can be made. */
const isFolderOrNothing = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true;
  } catch {
    // A part of the path is a file.
    return false;
  }
};

const schema = z.object({
  DISCORD_TOKEN: z
    .string()
    .regex(/^[\w.~-]{10,}$/)
    .optional(),
  DISCORD_API_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, '').replace(/\/v\d+$/, ''))
    .default('https://discord.com/api'),
  DATA_DIR: z
    .string()
    .transform((path) => resolve(path))
    .refine(isFolderOrNothing)
    .default(() => shipped()),
  HTTP_PORT: port(8080),
  HTTP_HOST: z
    .string()
    .refine((host) => host === 'localhost' || isIP(host) > 0)
    .default('127.0.0.1'),
  HTTP_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  HTTP_INSECURE: z
    .enum(['0', '1'])
    .transform((value) => value === '1')
    .default(false),
  TLS_CERT: readableFile().optional(),
  TLS_KEY: readableFile().optional(),
  TRUSTED_HOPS: z.string().regex(/^\d$/).transform(Number).default(0),
  LOCAL_DISCORD_PORT: port(3000),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  DISCORD_OPENAPI: readableFile().optional(),
});

type Name = keyof z.infer<typeof schema>;

/** What each value should be, for whoever set it wrong. */
const WANTED: Readonly<Record<Name, string>> = {
  DISCORD_TOKEN: "the bot's token from https://discord.com/developers/applications (Bot → Reset Token)",
  DISCORD_API_URL: 'an http:// or https:// address that ends with /api',
  DATA_DIR: 'the path of a folder, which may be missing yet',
  HTTP_PORT: 'a port, 0 to 65535 (0: any free one)',
  HTTP_HOST: 'an IP address of this machine, or localhost',
  HTTP_PUBLIC_URL: 'the https:// address under which lent machines reach HTTP_PORT',
  HTTP_INSECURE: '1 or 0',
  TLS_CERT: 'the path of a certificate that can be read, with its chain, in PEM',
  TLS_KEY: "the path of the certificate's key that can be read, in PEM",
  TRUSTED_HOPS: 'how many proxies stand in front, 0 to 9',
  LOCAL_DISCORD_PORT: 'a port, 0 to 65535 (0: any free one)',
  LOG_LEVEL: `one of ${LOG_LEVELS.join(', ')}`,
  DISCORD_OPENAPI: "the path of Discord's OpenAPI file",
};

export interface Environment {
  readonly discordToken: string | undefined;
  /** Without a slash or a version at its end. */
  readonly discordApiUrl: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly httpPort: number;
  /** Where HTTP_PORT was not given, another free port does as well. */
  readonly httpPortGiven: boolean;
  readonly httpHost: string;
  /** Where lent machines reach it; without a slash at its end. */
  readonly httpPublicUrl: string | undefined;
  /** Listen beyond this machine though nothing encrypts. */
  readonly httpInsecure: boolean;
  /** Paths of PEM files: both, or neither. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Proxies in front whose word about who calls is taken. */
  readonly trustedHops: number;
  readonly localDiscordPort: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly discordOpenapi: string | undefined;
  /** All variables as they were given, but the token: of these, a suite's commands see what the suite passes on. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** What a command needs to be right that does not run the bot: a hunt is none of the certificate's business. */
export const ONLY_DATA: readonly Name[] = ['DATA_DIR'];

/**
 * Reads the variables that Flock knows, or those of `names` alone; empty ones count as absent. Throws EnvironmentError with every
 * wrong value.
 */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  names: readonly string[] = Object.keys(WANTED),
): Environment {
  const given = Object.fromEntries(
    names.flatMap((name) => {
      const text = variables[name]?.trim();
      return text === undefined || text === '' ? [] : [[name, text]];
    }),
  );
  const parsed = schema.safeParse(given);
  const wrong = new Set(parsed.error?.issues.map(({ path }) => String(path[0]) as Name));
  const complaints = [...[...wrong].map((name) => complaint(name, given[name] ?? '')), ...halfOfTls(given)];
  if (!parsed.success || complaints.length > 0) throw new EnvironmentError(complaints.join('\n'));
  const values = parsed.data;
  return {
    discordToken: values.DISCORD_TOKEN,
    discordApiUrl: values.DISCORD_API_URL,
    dataDir: values.DATA_DIR,
    httpPort: values.HTTP_PORT,
    httpPortGiven: given.HTTP_PORT !== undefined,
    httpHost: values.HTTP_HOST,
    httpPublicUrl: values.HTTP_PUBLIC_URL,
    httpInsecure: values.HTTP_INSECURE,
    tls: tlsOf(values),
    trustedHops: values.TRUSTED_HOPS,
    localDiscordPort: values.LOCAL_DISCORD_PORT,
    logLevel: values.LOG_LEVEL,
    discordOpenapi: values.DISCORD_OPENAPI,
    variables: { ...variables, DISCORD_TOKEN: undefined },
  };
}

function halfOfTls({ TLS_CERT: cert, TLS_KEY: key }: Readonly<Record<string, string>>): string[] {
  if ((cert === undefined) === (key === undefined)) return [];
  return [
    `${cert === undefined ? 'TLS_CERT' : 'TLS_KEY'}: found nothing, wanted both TLS_CERT and TLS_KEY, or neither`,
  ];
}

function tlsOf({ TLS_CERT: cert, TLS_KEY: key }: z.infer<typeof schema>): Environment['tls'] {
  return cert !== undefined && key !== undefined ? { cert, key } : undefined;
}

function complaint(name: Name, found: string): string {
  // A token, even a wrong one, is nobody's business but its owner's.
  const shown = name === 'DISCORD_TOKEN' ? `${found.length} characters` : JSON.stringify(found);
  return `${name}: found ${shown}, wanted ${WANTED[name]}`;
}
