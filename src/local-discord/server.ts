/** The one port of the local Discord: REST, gateway, files and, where it is mounted, the page. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Something that serves some paths of the port. Both answer false where a path is not theirs. */
export interface Mount {
  request?(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close?(): void;
}

export interface Server {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** Serves more paths; what was mounted first is asked first. */
  mount(mount: Mount): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
/** Milliseconds that open connections have to end by themselves when the server closes. */
const GOODBYE = 250;
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** A request of this machine, and not of a page of another site: its Host is loopback, and its Origin, if any, is ours. */
export function isFromHere({ headers: { host, origin } }: IncomingMessage): boolean {
  if (!host || !LOOPBACK.test(host)) return false;
  return origin === undefined || origin === `http://${host}`;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Listens on 127.0.0.1 alone; port 0 lets the system choose. `handle` gets what no mount takes. Rejects when the port
 * is taken (EADDRINUSE).
 */
export async function openServer(port: number, handle: Handler): Promise<Server> {
  const mounts: Mount[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    if (!isFromHere(request)) return refuse(response);
    if (!mounts.some((mount) => mount.request?.(request, response))) handle(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    // A client that vanishes while it is being upgraded is nobody's fault.
    socket.on('error', () => socket.destroy());
    if (!isFromHere(request)) socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    else if (!mounts.some((mount) => mount.upgrade?.(request, socket, head)))
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, HOST);
  await once(server, 'listening');
  const { port: chosen } = server.address() as AddressInfo;

  return {
    url: `http://${HOST}:${chosen}`,
    mount: (mount) => void mounts.push(mount),
    async close() {
      for (const mount of mounts) mount.close?.();
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      // WebSockets say goodbye to each other first; who does not is cut off.
      const cutOff = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, GOODBYE);
      await closed;
      clearTimeout(cutOff);
    },
  };
}

function refuse(response: ServerResponse): void {
  response.writeHead(403, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ message: 'This server answers to its own address only.', code: 0 }));
}
