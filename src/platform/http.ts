/** What the process says about itself over HTTP: `/healthz` and `/metrics`, and whatever else is mounted on it. */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

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

/** Listens. Rejects with Unencrypted, when the port is taken, or when the certificate cannot be read. */
export async function startHttp(options: HttpOptions): Promise<Http> {
  const { host, port, tls, trustedHops = 0, insecure = false, registry, health, mount } = options;
  if (!tls && trustedHops === 0 && !insecure && !isLoopback(host)) throw new Unencrypted(host);
  // Loaded when it is wanted: a bot without HTTP should not carry it.
  const { default: fastify } = await import('fastify');
  const server = fastify({
    forceCloseConnections: true,
    trustProxy: (_: string, hop: number) => hop < trustedHops,
    https: tls ? { cert: await readFile(tls.cert), key: await readFile(tls.key) } : null,
  });
  server.get('/healthz', async (_, reply) => {
    const state = health();
    return reply.code(state.ready ? 200 : 503).send({ status: state.ready ? 'ok' : 'unavailable', ...state });
  });
  server.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  await mount?.(server);
  return { url: await server.listen({ host, port }), close: () => server.close() };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
