/** The one way out of a sandbox: a proxy that connects to the hosts that the lender named, and never into a private network. */
import { lookup as systemLookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { BlockList, connect, isIP, isIPv6, type Socket } from 'node:net';

export interface WayOutOptions {
  /** `host`, `host:port`, `*.domain`. */
  readonly allowed: readonly string[];
  /** Where it listens: the path of a socket. */
  readonly path: string;
  /** Told once of each place that was asked for and is not allowed. */
  readonly onRefused: (place: string) => void;
  /** All addresses of a host. */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
  readonly dial?: (address: string, port: number) => Socket;
}

export interface WayOut {
  close(): void;
}

const MOST_CONNECTIONS = 256;
const MOST_TOLD = 20;

const privately = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  privately.addSubnet(net, bits, 'ipv4');
// Of the new kind only what is routed, without the ranges that carry an address of the old kind in them.
const publicly = new BlockList();
publicly.addSubnet('2000::', 3, 'ipv6');
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const)
  privately.addSubnet(net, bits, 'ipv6');

/** Whether an address is one of the whole world's. */
export const isPublic = (address: string): boolean =>
  isIPv6(address)
    ? publicly.check(address, 'ipv6') && !privately.check(address, 'ipv6')
    : isIP(address) === 4 && !privately.check(address, 'ipv4');

/** Whether the lender's list has this place. */
export function isAllowed(allowed: readonly string[], host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return allowed.some((one) => {
    const [pattern = '', only] = one.toLowerCase().split(':');
    if (only !== undefined && Number(only) !== port) return false;
    return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
  });
}

/** `host:port`, or `[address]:port`. */
function placeOf(text: string, standard?: number): { readonly host: string; readonly port: number } | undefined {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:[\]@/]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = found?.[3] === undefined ? standard : Number(found[3]);
  return host === undefined || port === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

const all = async (host: string): Promise<string[]> =>
  (await systemLookup(host, { all: true })).map(({ address }) => address);

/** Listens for what is shut in, until it is closed. */
export async function openWayOut(options: WayOutOptions): Promise<WayOut> {
  const { allowed, path, onRefused, lookup = all, dial = (host, port) => connect({ host, port }) } = options;
  const told = new Set<string>();
  const open = new Set<Socket>();

  /** An address that may be connected to: the very one that was looked at. Undefined where there is none. */
  async function addressOf({ host, port }: { host: string; port: number }): Promise<string | undefined> {
    const addresses = !isAllowed(allowed, host, port) ? [] : isIP(host) ? [host] : await lookup(host).catch(() => []);
    const address = addresses.every(isPublic) ? addresses[0] : undefined;
    const place = `${host}:${port}`;
    if (address === undefined && told.size < MOST_TOLD && !told.has(place)) {
      told.add(place);
      onRefused(place);
    }
    return address;
  }

  const server = createServer((asked, answer) => void forward(asked, answer).catch(() => answer.destroy()));
  server.maxConnections = MOST_CONNECTIONS;
  server.on('connection', keep);
  server.on('connect', (asked: IncomingMessage, caller: Socket, head: Buffer) => {
    tunnel(asked.url ?? '', caller, head).catch(() => caller.destroy());
  });

  function keep(socket: Socket): void {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  async function tunnel(to: string, caller: Socket, head: Buffer): Promise<void> {
    const place = placeOf(to);
    const address = place && (await addressOf(place));
    if (!place || address === undefined) {
      caller.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const called = dial(address, place.port);
    keep(called);
    called.once('close', () => caller.destroy());
    caller.once('close', () => called.destroy());
    await once(called, 'connect');
    caller.write('HTTP/1.1 200 Connection established\r\n\r\n');
    called.write(head);
    called.pipe(caller);
    caller.pipe(called);
  }

  /** `GET http://host/path`, as what is not encrypted is asked of a proxy. */
  async function forward(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = URL.parse(asked.url ?? '');
    const place = url?.protocol === 'http:' ? placeOf(url.host, 80) : undefined;
    const address = place && (await addressOf(place));
    if (!url || !place || address === undefined) {
      answer.writeHead(403).end();
      return;
    }
    const { 'proxy-connection': _, 'proxy-authorization': __, ...headers } = asked.headers;
    const call = request({
      createConnection: () => {
        const socket = dial(address, place.port);
        keep(socket);
        return socket;
      },
      method: asked.method,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host, connection: 'close' },
    });
    call.on('error', () => answer.destroy());
    call.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    asked.pipe(call);
  }

  server.listen(path);
  await once(server, 'listening');
  return {
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
