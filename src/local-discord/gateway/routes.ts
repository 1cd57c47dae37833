/** Where clients learn of the gateway's address. */
import { bot, open, type RestRoute } from '../rest/route.js';
import type { Gateway } from './index.js';

/** `url` is the gateway's address, known once the server listens. */
export function gatewayRoutes(gateway: Gateway, url: () => string): RestRoute[] {
  return [
    open('GET', '/gateway', () => ({ url: url() })),
    bot('GET', '/gateway/bot', ({ application }) => ({
      url: url(),
      shards: 1,
      session_start_limit: { ...gateway.startLimit(application), max_concurrency: 1 },
    })),
  ];
}
