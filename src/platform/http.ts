/** What the process says about itself over HTTP: `/healthz` and `/metrics`, and whatever else is mounted on it. */
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

/** Listens. Rejects when the port is taken. */
export async function startHttp({ host, port, registry, health, mount }: HttpOptions): Promise<Http> {
  // Loaded when it is wanted: a bot without HTTP should not carry it.
  const { default: fastify } = await import('fastify');
  const server = fastify({ forceCloseConnections: true });
  server.get('/healthz', async (_, reply) => {
    const state = health();
    return reply.code(state.ready ? 200 : 503).send({ status: state.ready ? 'ok' : 'unavailable', ...state });
  });
  server.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  await mount?.(server);
  return { url: await server.listen({ host, port }), close: () => server.close() };
}
