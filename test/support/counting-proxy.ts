import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

export interface CountingProxy {
  readonly port: number;
  /** Bytes that went through so far, both ways. */
  bytes(): number;
  close(): void;
}

/** Passes connections on to a port of this machine, and counts what goes through: encryption and handshakes included. */
export async function countingProxy(to: number): Promise<CountingProxy> {
  let bytes = 0;
  const server = createServer((caller) => {
    const called = connect(to, '127.0.0.1');
    for (const [from, into] of [
      [caller, called],
      [called, caller],
    ] as const) {
      from.on('data', (chunk: Buffer) => (bytes += chunk.length));
      from.on('error', () => into.destroy());
      from.pipe(into);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    bytes: () => bytes,
    close: () => void server.close(),
  };
}
