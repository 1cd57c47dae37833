import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAllowed, isPublic, openWayOut, type WayOut } from '../../src/worker/way-out.js';

it.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['172.32.0.1', true],
  ['192.168.1.1', false],
  ['100.64.0.1', false],
  ['169.254.169.254', false],
  ['127.0.0.1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::a00:1', false],
  ['2002:a00:1::', false],
  ['2001:0:a00:1::', false],
  ['0x7f.1', false],
  ['2130706433', false],
  ['example.org', false],
])('takes %s for an address of the whole world: %s', (address, wanted) => {
  expect(isPublic(address)).toBe(wanted);
});

it.each([
  [['example.org'], 'example.org', 443, true],
  [['example.org'], 'EXAMPLE.org.', 80, true],
  [['example.org'], 'www.example.org', 443, false],
  [['example.org'], 'notexample.org', 443, false],
  [['*.example.org'], 'www.example.org', 443, true],
  [['*.example.org'], 'a.b.example.org', 443, true],
  [['*.example.org'], 'example.org', 443, false],
  [['*.example.org'], 'badexample.org', 443, false],
  [['example.org:443'], 'example.org', 443, true],
  [['example.org:443'], 'example.org', 22, false],
  [[], 'example.org', 443, false],
])('with the list %j lets %s:%i through: %s', (allowed, host, port, wanted) => {
  expect(isAllowed(allowed, host, port)).toBe(wanted);
});

describe('the way out', () => {
  const addresses: Record<string, string[]> = {
    'good.example': ['8.8.8.8'],
    'mixed.example': ['8.8.8.8', '10.0.0.1'],
    'inside.example': ['192.168.1.1'],
  };
  const allowed = [...Object.keys(addresses), 'gone.example', '10.0.0.1'];
  let folder: string;
  let way: WayOut;
  let dialled: string[];
  let refused: string[];
  const heard: IncomingMessage[] = [];
  const server = createServer((asked, answer) => {
    heard.push(asked);
    answer.end('hello');
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'flock-way-'));
    if (!server.listening) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    [dialled, refused, heard.length] = [[], [], 0];
    way = await openWayOut({
      allowed,
      path: join(folder, 'out'),
      onRefused: (place) => refused.push(place),
      lookup: async (host) => addresses[host] ?? Promise.reject(new Error('no such host')),
      dial(address, port) {
        dialled.push(`${address}:${port}`);
        return connect((server.address() as AddressInfo).port, '127.0.0.1');
      },
    });
  });
  afterEach(() => {
    way.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function tunnel(to: string): Promise<{ status: number | undefined; socket: Socket }> {
    const call = request({ socketPath: join(folder, 'out'), method: 'CONNECT', path: to }).end();
    const [answer, socket] = (await once(call, 'connect')) as [IncomingMessage, Socket];
    return { status: answer.statusCode, socket };
  }

  it('leads to what is allowed, at the very address that was looked at', async () => {
    const { status, socket } = await tunnel('good.example:443');
    expect([status, dialled]).toEqual([200, ['8.8.8.8:443']]);
    socket.end('GET / HTTP/1.0\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(String(data)).toContain('200 OK');
    expect(refused).toEqual([]);
  });

  it.each([
    ['other.example:443'],
    ['inside.example:443'],
    ['mixed.example:443'],
    ['gone.example:443'],
    ['10.0.0.1:22'],
    ['[::1]:22'],
    ['good.example'],
    ['good.example:0'],
    ['good.example:99999'],
    ['good.example@10.0.0.1:80'],
    ['/etc/passwd'],
  ])('does not lead to %s', async (to) => {
    const { status } = await tunnel(to);
    expect([status, dialled]).toEqual([403, []]);
  });

  it('tells once of each place that it did not lead to', async () => {
    for (let n = 0; n < 3; n++) await tunnel('other.example:443');
    expect(refused).toEqual(['other.example:443']);
  });

  it('asks for pages in the name of whoever asked, without what was meant for a proxy', async () => {
    const headers = { 'proxy-authorization': 'secret', accept: 'text/plain', host: 'elsewhere' };
    const call = request({ socketPath: join(folder, 'out'), path: 'http://good.example/a?b=c', headers }).end();
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(200);
    expect(heard[0]).toMatchObject({ url: '/a?b=c', headers: { host: 'good.example', accept: 'text/plain' } });
    expect(heard[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it.each(['http://inside.example/', 'https://good.example/', '/', 'ftp://good.example/', 'http://other.example/'])(
    'asks for nothing at %s',
    async (path) => {
      const call = request({ socketPath: join(folder, 'out'), path }).end();
      const [answer] = (await once(call, 'response')) as [IncomingMessage];
      expect([answer.resume().statusCode, dialled]).toEqual([403, []]);
    },
  );

  it('ends what is open when it is closed', async () => {
    const { socket } = await tunnel('good.example:443');
    const closed = once(socket, 'close');
    socket.on('error', () => undefined).resume();
    way.close();
    await closed;
  });
});
