/** A bare gateway client: says what it is told to say, and remembers everything it hears. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Frame {
  readonly op: number;
  readonly t: string | null;
  readonly s: number | null;
  readonly d: unknown;
}

export interface GatewayClient {
  readonly heard: readonly Frame[];
  send(payload: unknown): void;
  sendRaw(data: string | Buffer): void;
  /** The next frame that fits, heard since the last call or yet to come. Rejects when the connection ends first. */
  next(fits: (frame: Frame) => boolean): Promise<Frame>;
  event(t: string): Promise<Record<string, unknown>>;
  identify(token: string, intents: number, more?: object): void;
  /** The code that the connection was closed with. */
  readonly closed: Promise<number>;
  /** Goes away without a word. */
  cut(): void;
  leave(code?: number): Promise<void>;
}

export async function connect(url: string): Promise<GatewayClient> {
  const socket = new WebSocket(url);
  const heard: Frame[] = [];
  let read = 0;
  let wake = () => {};
  let over = false;
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)));
    wake();
  });
  socket.on('error', () => {});
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      over = true;
      resolve(code);
      wake();
    });
  });
  await once(socket, 'open');

  const client: GatewayClient = {
    heard,
    closed,
    send: (payload) => socket.send(JSON.stringify(payload)),
    sendRaw: (data) => socket.send(data),
    async next(fits) {
      for (;;) {
        while (read < heard.length) {
          const frame = heard[read];
          read += 1;
          if (frame && fits(frame)) return frame;
        }
        if (over) throw new Error(`closed with ${await closed}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async event(t) {
      return (await client.next((frame) => frame.t === t)).d as Record<string, unknown>;
    },
    identify: (token, intents, more = {}) =>
      client.send({ op: 2, d: { token, intents, properties: { os: 'test' }, ...more } }),
    cut: () => socket.terminate(),
    async leave(code = 1000) {
      socket.close(code);
      await closed;
    },
  };
  return client;
}
