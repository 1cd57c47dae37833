/** How long whoever connects may take: thousands of machines keep a connection each, and nobody holds one by saying nothing. */
import type { Server, ServerOptions } from 'node:http';

export interface HttpLimits {
  /** For a request's headers; milliseconds, as all below. */
  readonly headers: number;
  /** For a request, its body included. */
  readonly request: number;
  /** Without a byte in either direction: longer than the longest wait for work, 25 s. */
  readonly silence: number;
  /** Between two requests: longer than an idle machine takes to ask again, so that it need not shake hands anew. */
  readonly idle: number;
  /** How often it is looked at. */
  readonly look: number;
  readonly connections: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headers: 10_000,
  request: 20_000,
  silence: 60_000,
  idle: 100_000,
  look: 5_000,
  connections: 20_000,
};

/** What a server is made with. */
export const limitsOf = ({ headers, request, idle, look }: HttpLimits): ServerOptions => ({
  headersTimeout: headers,
  requestTimeout: request,
  keepAliveTimeout: idle,
  connectionsCheckingInterval: look,
});

/** What is set once it is made. */
export function limit(server: Server, { silence, connections }: HttpLimits): void {
  server.setTimeout(silence);
  server.maxConnections = connections;
}
