import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { startHttp, Unencrypted } from '../../src/platform/http.js';
import { makeCertificate } from '../support/certificate.js';

const shared = { port: 0, registry: new Registry(), health: () => ({ ready: true, pingMs: 1, guilds: 0 }) };

describe('listening for lent machines', () => {
  it('refuses to let other machines in without encryption, and says what to do', async () => {
    const open = startHttp({ ...shared, host: '0.0.0.0' });
    await expect(open).rejects.toThrow(Unencrypted);
    await expect(open).rejects.toThrow(/TLS_CERT.*TRUSTED_HOPS/s);
  });

  it('names the settings that do not fit the machine', async () => {
    const first = await startHttp({ ...shared, host: '127.0.0.1' });
    const port = Number(new URL(first.url).port);
    await expect(startHttp({ ...shared, host: '127.0.0.1', port })).rejects.toThrow(
      /^HTTP_HOST, HTTP_PORT: .*EADDRINUSE/,
    );
    await first.close();
    const tls = { cert: 'package.json', key: 'package.json' };
    await expect(startHttp({ ...shared, host: '127.0.0.1', tls })).rejects.toThrow(/^TLS_CERT, TLS_KEY: /);
  });

  it.each([
    ['behind a proxy', { trustedHops: 1 }],
    ['when told that the network is safe', { insecure: true }],
  ])('lets other machines in %s', async (_, options) => {
    const http = await startHttp({ ...shared, host: '0.0.0.0', ...options });
    await http.close();
  });

  it.each([
    [0, '127.0.0.1'],
    [1, '203.0.113.9'],
  ])('believes %i proxies about who calls', async (trustedHops, wanted) => {
    let seen = '';
    const http = await startHttp({
      ...{ ...shared, host: '127.0.0.1', trustedHops },
      mount: (server) => {
        server.get('/who', async (request) => {
          seen = request.ip;
          return '';
        });
      },
    });
    await fetch(`${http.url}/who`, { headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' } });
    await http.close();
    expect(seen).toBe(wanted);
  });

  it('speaks TLS with the certificate that it is given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flock-tls-'));
    const http = await startHttp({ ...shared, host: '127.0.0.1', tls: makeCertificate(folder) });
    expect(http.url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      get(`${http.url}/healthz`, { rejectUnauthorized: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
    await http.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
