/** What the driver is told by its environment, and in which words it says what is missing. */
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';

export interface ZStackOptions {
  /** With its context path and without a slash at the end: `http://mn:8080/zstack`. */
  readonly url: string;
  readonly credentials: Credentials;
  /** UUIDs of what VMs are made of. */
  readonly image: string;
  readonly network: string;
  readonly primaryStorage: string;
  readonly backupStorage: string;
}

export type Credentials =
  | { readonly kind: 'access key'; readonly id: string; readonly secret: string }
  | { readonly kind: 'account'; readonly name: string; readonly password: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws DriverError `broken` that names every variable that is missing. */
export function optionsFrom(env: Environment): ZStackOptions {
  const missing: string[] = [];
  const wanted = (name: string, what: string): string => {
    const value = env[name]?.trim();
    if (!value) missing.push(`${name} (${what})`);
    return value ?? '';
  };
  const url = wanted('ZSTACK_URL', 'a management node: http://mn:8080/zstack').replace(/\/+$/, '');
  const options = {
    url,
    credentials: credentialsFrom(env, missing),
    image: wanted('ZSTACK_IMAGE', 'UUID of an image to start VMs from'),
    network: wanted('ZSTACK_NETWORK', 'UUID of an L3 network'),
    primaryStorage: wanted('ZSTACK_PRIMARY_STORAGE', 'UUID of a primary storage'),
    backupStorage: wanted('ZSTACK_BACKUP_STORAGE', 'UUID of a backup storage'),
  };
  if (missing.length > 0) throw new DriverError('broken', `the environment lacks ${missing.join(', ')}`);
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new DriverError('broken', `ZSTACK_URL is no address: ${url}; one looks like http://mn:8080/zstack`);
  return options;
}

function credentialsFrom(env: Environment, missing: string[]): Credentials {
  const { ZSTACK_ACCESS_KEY: id, ZSTACK_ACCESS_SECRET: secret, ZSTACK_ACCOUNT: name, ZSTACK_PASSWORD: password } = env;
  if (id && secret) return { kind: 'access key', id, secret };
  if (name && password) return { kind: 'account', name, password };
  missing.push('ZSTACK_ACCESS_KEY and ZSTACK_ACCESS_SECRET, or ZSTACK_ACCOUNT and ZSTACK_PASSWORD');
  return { kind: 'account', name: '', password: '' };
}
