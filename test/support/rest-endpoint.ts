import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** Below `/api/v10`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** `lost`: carried out, then the connection breaks. `reset`: it breaks before anything happened. `never`: nobody answers. */
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'lost' | 'reset' | 'never';

/** An HTTP endpoint whose every reply the test decides, byte for byte; what a Discord cannot be made to say on demand. */
export async function restEndpoint(reply: (asked: Asked) => Reply | Promise<Reply>) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const one: Asked = {
      method: request.method ?? '',
      path: url.pathname.replace(/^\/api\/v10/, ''),
      query: url.searchParams,
      body: await bodyOf(request),
    };
    asked.push(one);
    send(response, await reply(one));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return request.headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : text;
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === 'never') return;
  if (reply === 'lost' || reply === 'reset') {
    response.destroy();
    return;
  }
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
}
