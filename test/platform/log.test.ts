import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from '../../src/platform/log.js';

function capture(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  return { lines, log: createLog({ level: 'trace', destination, ...options }) };
}

const TOKEN = `${'A'.repeat(24)}.${'B'.repeat(6)}.${'C'.repeat(38)}`;

describe('the log', () => {
  it.each([
    ['a field', { token: TOKEN }],
    ['a nested field', { client: { token: TOKEN } }],
    ['a text', { note: `login with ${TOKEN} failed` }],
    ['an error', { err: new Error(`bad token ${TOKEN}`) }],
  ])('writes no bot token that is in %s', (_, fields) => {
    const { lines, log } = capture();
    log.error(fields, 'x');
    expect(lines.join()).not.toContain('CCCC');
  });

  it('writes no token of an interaction, which stands in addresses', () => {
    const { lines, log } = capture();
    log.error({ url: 'https://discord.com/api/v10/interactions/123/aW50ZXJhY3Rpb246/callback' }, 'x');
    log.error({ url: 'https://discord.com/api/v10/webhooks/123/aW50ZXJhY3Rpb246/messages/@original' }, 'x');
    expect(lines.join()).not.toContain('aW50');
    expect(lines.join()).toContain('/interactions/123/[token]/callback');
  });

  it('writes no secret it was told of', () => {
    const { lines, log } = capture({ secrets: ['local-token-1'] });
    log.info('connected with local-token-1');
    expect(lines.join()).not.toContain('local-token-1');
  });

  it('writes what people wrote at debug only', () => {
    const { lines, log } = capture();
    log.info({ content: 'my words', id: 7 }, 'x');
    log.warn({ text: 'my words' }, 'x');
    expect(lines.join()).not.toContain('my words');
    expect(lines.join()).toContain('"id":7');
    log.debug({ content: 'my words' }, 'x');
    expect(lines.join()).toContain('my words');
  });

  it('leaves out what an error of the client carries along', () => {
    const { lines, log } = capture();
    const error = Object.assign(new Error('Missing Permissions', { cause: new Error('why') }), {
      code: 50013,
      requestBody: { json: { content: 'my words' } },
    });
    log.error({ err: error }, 'x');
    expect(lines.join()).not.toContain('my words');
    expect(JSON.parse(lines.join())).toMatchObject({
      err: { code: 50013, message: 'Missing Permissions', cause: { message: 'why' } },
    });
  });

  it('writes lines for people on a terminal', () => {
    const { lines, log } = capture({ pretty: true });
    log.info({ guilds: 3 }, 'ready');
    expect(lines.join()).toMatch(/\d\d:\d\d:\d\d info .*ready guilds=3\n$/);
  });
});
