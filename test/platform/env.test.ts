import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnvironmentError, readEnvironment } from '../../src/platform/env.js';
import { packageRoot } from '../../src/platform/paths.js';

describe('the environment', () => {
  it('may be empty: everything has a value that works', () => {
    expect(readEnvironment({})).toMatchObject({
      discordToken: undefined,
      discordApiUrl: 'https://discord.com/api',
      dataDir: join(packageRoot, 'data'),
      httpPort: 8080,
      httpPortGiven: false,
      httpHost: '127.0.0.1',
      localDiscordPort: 3000,
      logLevel: 'info',
    });
  });

  it('counts an empty value as absent, as `.env` files have them', () => {
    expect(readEnvironment({ DISCORD_TOKEN: '', LOG_LEVEL: '  ' })).toMatchObject({
      discordToken: undefined,
      logLevel: 'info',
    });
  });

  it.each([
    ['https://discord.com/api/', 'https://discord.com/api'],
    ['https://discord.com/api/v10', 'https://discord.com/api'],
    ['http://127.0.0.1:3000/api', 'http://127.0.0.1:3000/api'],
  ])('takes the address %s as %s, as discord.js wants it', (given, wanted) => {
    expect(readEnvironment({ DISCORD_API_URL: given }).discordApiUrl).toBe(wanted);
  });

  it('names every wrong value at once, with what was found and what is wanted, and never the token', () => {
    const wrong = {
      DISCORD_TOKEN: 'my secret token!',
      DISCORD_API_URL: 'discord',
      HTTP_PORT: '65536',
      HTTP_HOST: 'everywhere',
      HTTP_PUBLIC_URL: 'flock.example.org',
      HTTP_INSECURE: 'yes',
      TRUSTED_HOPS: 'many',
      LOCAL_DISCORD_PORT: 'three',
      LOG_LEVEL: 'loud',
    };
    let message = '';
    try {
      readEnvironment(wrong);
    } catch (error) {
      expect(error).toBeInstanceOf(EnvironmentError);
      message = String(error);
    }
    for (const [name, value] of Object.entries(wrong)) {
      expect(message).toContain(`${name}: found ${name === 'DISCORD_TOKEN' ? '16 characters' : `"${value}"`}, wanted `);
    }
    expect(message).not.toContain('secret');
  });

  it('takes a certificate with its key, and neither alone', () => {
    const [cert, key] = [join(packageRoot, 'package.json'), join(packageRoot, 'LICENSE')];
    expect(readEnvironment({ TLS_CERT: cert, TLS_KEY: key }).tls).toEqual({ cert, key });
    expect(() => readEnvironment({ TLS_CERT: cert })).toThrow(/^TLS_KEY: found nothing, wanted both/);
    expect(() => readEnvironment({ TLS_KEY: key, LOG_LEVEL: 'loud' })).toThrow(/LOG_LEVEL.*\nTLS_CERT: found nothing/);
  });

  it.each([
    ['DATA_DIR', 'package.json'],
    ['DATA_DIR', 'package.json/data'],
    ['TLS_CERT', 'no-such-file'],
    ['TLS_KEY', 'src'],
    ['DISCORD_OPENAPI', 'no-such-folder/openapi.json'],
  ])('does not take for %s what is not there or of another kind: %s', (name, path) => {
    const found = join(packageRoot, path);
    expect(() => readEnvironment({ [name]: found })).toThrow(
      `${name}: found ${JSON.stringify(found)}, wanted the path`,
    );
  });

  it('is explained in .env.example, name by name', () => {
    const example = readFileSync(join(packageRoot, '.env.example'), 'utf8');
    const source = readFileSync(join(packageRoot, 'src/platform/env.ts'), 'utf8');
    const names = new Set(source.match(/^ {2}[A-Z_]{6,}(?=:)/gm)?.map((name) => name.trim()));
    expect(names.size).toBeGreaterThan(6);
    for (const name of names) expect(example).toMatch(new RegExp(`^# ${name}=`, 'm'));
  });
});
