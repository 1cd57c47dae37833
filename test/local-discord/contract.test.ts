import { describe, expect, it } from 'vitest';
import { openContract } from '../../src/local-discord/contract.js';
import { openapi } from './rest-harness.js';

describe.skipIf(!openapi)('Discord’s OpenAPI file as judge', () => {
  it('lets through what Discord documents, and reports what it does not', async () => {
    const contract = await openContract(openapi ?? '');
    const path = '/channels/1/messages';
    const say = (body: unknown) => contract.checkRequest({ method: 'POST', path, body });
    say({ content: 'hello', nonce: '1', enforce_nonce: true });
    say({ embeds: [{ title: 'a', color: '255' }] });
    expect(contract.violations).toEqual([]);

    say({ content: 'hello', contents: 'a typing error' });
    say({ content: 7 });
    contract.checkRequest({ method: 'POST', path: '/channel/1/messages', body: {} });
    contract.checkReply({ method: 'POST', path, status: 200, body: { id: '1' } });
    contract.checkReply({ method: 'POST', path, status: 204, body: undefined });
    contract.checkReply({ method: 'POST', path, status: 403, body: { code: 50013 } });
    expect(contract.violations.map(({ what, errors }) => `${what}: ${errors[0]?.slice(0, 40)}`)).toEqual([
      'request: /contents is not a key of this request',
      expect.stringMatching(/^request: \/content must be/),
      'route: no such operation',
      expect.stringMatching(/^reply: {2}must have required/),
      'reply: status is not of 200, 429, 4XX',
    ]);
  });
});
