/** What the process says about itself over HTTP: `/healthz` and `/metrics`, and whatever else is mounted on it. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { HTTP_LIMITS, type HttpLimits, limit, limitsOf } from './http-limits.js';
import { isLoopback } from './loopback.js';

export interface Health {
  readonly ready: boolean;
  /** Round trip of the last heartbeat to Discord's gateway, in milliseconds; -1 before the first. */
  readonly pingMs: number;
  readonly guilds: number;
}

export interface HttpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Paths of PEM files: with them it speaks HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Proxies in front whose word about who calls is taken. */
  readonly trustedHops?: number;
  /** Listen beyond this machine though nothing encrypts. */
  readonly insecure?: boolean;
  readonly registry: Registry;
  readonly health: () => Health;
  readonly limits?: HttpLimits;
  /** Further routes, as `/v1/…` of the fleet. */
  readonly mount?: (server: FastifyInstance) => void | Promise<void>;
}

export interface Http {
  /** `http://host:port`, without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Whoever would listen beyond this machine without encryption is told how to do it well. */
export class Unencrypted extends Error {
  override readonly name = 'Unencrypted';

  constructor(host: string) {
    super(
      `HTTP_HOST=${host} lets other machines in, and nothing encrypts what they say. Give TLS_CERT and TLS_KEY, or put a ` +
        'proxy with TLS in front and say TRUSTED_HOPS=1, or HTTP_INSECURE=1 where the network itself is safe.',
    );
  }
}

/** The settings, each as good as any, do not fit this machine: the port is taken, the address another's, the files no certificate. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
  constructor(settings: string, cause: unknown) {
    super(`${settings}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Listens. Rejects with Unencrypted or CannotListen. */
export async function startHttp(options: HttpOptions): Promise<Http> {
  const { host, port, tls, trustedHops = 0, insecure = false, registry, health, limits = HTTP_LIMITS, mount } = options;
  if (!tls && trustedHops === 0 && !insecure && !isLoopback(host)) throw new Unencrypted(host);

  let mounted: Promise<FastifyInstance> | undefined;
  /** What is mounted, opened when somebody asks for it: most bots lend no machines, and need not carry its framework. */
  async function openMounted(): Promise<FastifyInstance> {
    const { default: fastify } = await import('fastify');
    const app = fastify({ trustProxy: (_: string, hop: number) => hop < trustedHops });
    await mount?.(app);
    await app.ready();
    return app;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0];
    if (path === '/healthz') {
      const state = health();
      response.writeHead(state.ready ? 200 : 503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: state.ready ? 'ok' : 'unavailable', ...state }));
    } else if (path === '/metrics') {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    } else {
      mounted ??= openMounted();
      (await mounted).routing(request, response);
    }
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch(() => response.writeHead(500).end());
  };

  const server = tls ? await secureServer(tls, limits, onRequest) : createServer(limitsOf(limits), onRequest);
  limit(server, limits);
  // All machines of a fleet come back at once when it was away.
  server.listen({ port, host, backlog: 4096 });
  await once(server, 'listening').catch((error: unknown) => {
    throw new CannotListen('HTTP_HOST, HTTP_PORT', error);
  });
  return {
    url: `${tls ? 'https' : 'http'}://${nameOf(server.address())}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await (await mounted)?.close();
    },
  };
}

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void;

async function secureServer(tls: NonNullable<HttpOptions['tls']>, limits: HttpLimits, onRequest: OnRequest) {
  try {
    const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
    // Until the hands are shaken none of the limits on what is said applies.
    return createSecureServer({ ...limitsOf(limits), handshakeTimeout: limits.headers, cert, key }, onRequest);
  } catch (error) {
    throw new CannotListen('TLS_CERT, TLS_KEY', error);
  }
}

/** Where this machine itself finds the server. */
function nameOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new TypeError('the server does not listen on a port');
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address.address] ?? address.address;
  return `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
