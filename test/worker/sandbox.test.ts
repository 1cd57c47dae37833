/** What a job can do to the machine of a lender who does not trust it. */

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobSpec } from '../../src/fleet/protocol.js';
import { packageRoot } from '../../src/platform/paths.js';
import { openCell } from '../../src/worker/cell.js';
import { sandboxes } from '../../src/worker/sandbox.js';
import { processesNaming } from '../support/processes.js';
import { lookAround, spySuite } from '../support/spy-suite.js';

const here = sandboxes().includes('bubblewrap');
if (!here) console.warn('skipped: bubblewrap is not here, or may not do its work');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-sandbox-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tier = 'bubblewrap';
const inside = async (script: string) => (await lookAround(spySuite(folder, script), { tier })).said;

describe.skipIf(!here)('a job that is shut in', () => {
  it.each([
    ['the home of the lender', homedir()],
    ['what else runs the machine', '/var'],
    ['the passwords of the system', '/etc/shadow'],
    ['the settings of the system', '/etc/hostname'],
    ['devices', '/sys'],
    ['sockets of the system', '/run/systemd'],
    ['the files of the bot and of the worker, where they are installed together', join(packageRoot, 'data')],
    ['the settings of the bot', join(packageRoot, '.env')],
  ])('does not see %s', async (_, path) => {
    expect(await inside(`ls -a ${path} >/dev/null 2>&1 && echo seen || echo hidden`)).toBe('hidden');
  });

  it('does not see what the worker keeps, the key of the machine above all', async () => {
    writeFileSync(join(folder, 'key.pem'), 'secret');
    expect(await inside(`cat ${join(folder, 'key.pem')} 2>&1 || echo hidden`)).toContain('hidden');
  });

  it('does not learn what the machine or its lender is called', async () => {
    const said = await inside('echo "$(uname -n) $(id -u) $(env | tr "\\n" " ")"');
    expect(said).toContain('flock 1000');
    expect(await inside('cut -d: -f1 /etc/passwd')).toBe('bird');
    if (!packageRoot.startsWith('/usr')) expect(said).not.toContain(packageRoot);
    expect(said).not.toContain(hostname());
  });

  it('gets of the variables of the lender those that the suite names, and no others', async () => {
    const spy = spySuite(folder, 'echo "$COLOUR,$(env | grep -c SECRET)"', ['COLOUR']);
    const { said } = await lookAround(spy, { tier }, { PATH: process.env.PATH, COLOUR: 'red', SECRET: 'x' });
    expect(said).toBe('red,0');
  });

  it.each(['/usr/x', '/etc/x', '/opt/flock/x', '/opt/suite/x', '/x', '/dev/x', '/proc/sys/kernel/hostname'])(
    'cannot write to %s',
    async (path) => {
      expect(await inside(`(echo x > ${path}) 2>/dev/null && echo written || echo refused`)).toBe('refused');
    },
  );

  it('writes to folders of its own, of which nothing is left', async () => {
    const mark = `mark-${process.pid}-${folder.slice(-6)}`;
    const said = await inside(
      `echo x > /tmp/${mark}; echo x > "$HOME/${mark}"; echo x > /dev/shm/${mark}; echo written`,
    );
    expect(said).toBe('written');
    expect(() => readFileSync(join(tmpdir(), mark))).toThrow('ENOENT');
  });

  it('sees no process but its own, and outlives its end by none', async () => {
    const said = await inside('setsid sleep 7357 & ls /proc | grep -c "^[0-9]"');
    expect(Number(said)).toBeLessThan(12);
    expect(processesNaming('sleep\0' + '7357\0')).toEqual([]);
  });

  it('finds what common programs need: a name, a host called localhost, certificates', async () => {
    const listening = `node -e '
      const { createServer, connect } = require("node:net");
      const server = createServer((socket) => socket.end("hello")).listen(0, "localhost", () =>
        connect(server.address().port, "localhost").on("data", (data) => { console.log(String(data)); server.close(); }));'`;
    expect(await inside(`whoami; ls /etc/ssl/certs >/dev/null && ${listening}`)).toBe('bird\nhello');
  });

  it('has no rights, though its worker may be root', async () => {
    expect(await inside('grep -i "capeff" /proc/self/status | tr -d "\\t"')).toBe('CapEff:0000000000000000');
  });
});

describe.skipIf(!here)('the network of a job that is shut in', () => {
  let port: number;
  const server = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1');
  beforeAll(async () => {
    if (!server.listening) await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  const fetching = (url: string) =>
    `node -e '
      const http = require("node:http"), url = new URL("${url}"), proxy = process.env.HTTP_PROXY;
      const to = proxy ? { ...new URL(proxy), host: undefined, hostname: "127.0.0.1", port: new URL(proxy).port, path: url.href, headers: { host: url.host } } : url;
      http.get(to, (answer) => answer.on("data", (data) => console.log(answer.statusCode, String(data))).on("end", () => console.log(answer.statusCode)))
        .on("error", (error) => console.log(error.code));' | head -1`;

  it('is refused by default, that of the machine itself too', async () => {
    expect(await inside(fetching(`http://127.0.0.1:${port}/`))).toBe('ECONNREFUSED');
    expect(await inside('cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d " \\n"')).toBe('lo');
  });

  it('ends at the list of the lender', async () => {
    const spy = spySuite(folder, fetching('http://example.org/'));
    expect(await lookAround(spy, { tier, network: ['example.com'] })).toEqual({
      said: '403',
      error: undefined,
      refused: ['example.org:80'],
    });
  });

  it.each(['127.0.0.1', 'localhost'])('never leads into a private network, though the list has %s', async (host) => {
    const spy = spySuite(folder, fetching(`http://${host}:${port}/`));
    const { said, refused } = await lookAround(spy, { tier, network: [host] });
    expect([said, refused]).toEqual(['403', [`${host}:${port}`]]);
  });
});

describe.skipIf(!here)('a sandbox that is ended while it is being made', () => {
  it('ends whole, at whatever moment', async () => {
    const suite = spySuite(folder, 'sleep 60');
    const { digest } = suite.suite;
    const job: JobSpec = { kind: 'replay', digest, trace: ['look -> place#1'], seed: 1, runs: 1, bugs: [] };
    const terms = { tier, network: 'none', disk_mb: 16, cores: 1 } as const;
    for (let ms = 0; ms < 60; ms += 2) {
      const cell = await openCell({ suite, terms, packageRoot, caller: process.env, onRefused: () => undefined });
      const ending = new AbortController();
      const ran = cell.run(job, ending.signal, () => undefined);
      await pause(ms);
      ending.abort();
      expect(await ran).toBeUndefined();
      expect(processesNaming(cell.scratch)).toEqual([]);
    }
  });
});
