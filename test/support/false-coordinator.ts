/** A server that answers workers with whatever a test wants, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly path: string;
  readonly body: unknown;
  readonly at: number;
}

export type Reply = (response: ServerResponse, asked: Asked, request: IncomingMessage) => void;

export interface FalseCoordinator {
  readonly url: string;
  readonly asked: Asked[];
  /** By the path's first part: `session`, `lease`, …; for what is not here, 404. */
  replies: Record<string, Reply>;
  stop(): Promise<void>;
}

export const json =
  (value: unknown, status = 200): Reply =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

export const session = (over: object = {}): Reply =>
  json({ protocol: 1, time: Date.now(), epoch: 1, beatSeconds: 60, notices: [], suites: [], ...over });

export async function falseCoordinator(): Promise<FalseCoordinator> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const path = (request.url ?? '').replace('/v1/', '');
      const text = Buffer.concat(parts).toString('utf8');
      const one = { path, body: text === '' ? undefined : JSON.parse(text), at: performance.now() };
      asked.push(one);
      const reply = self.replies[path.split('/')[0] ?? ''];
      if (reply) reply(response, one, request);
      else response.writeHead(404).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const self: FalseCoordinator = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    replies: { enroll: json({ machine: '1.x', alias: 'owl', guild: '1' }), session: session() },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return self;
}
