/** Inside a sandbox: a port of its own that leads to the way out, for programs that know proxies by an address. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** Resolves to the variables by which programs find it. */
export async function openWayIn(socket: string): Promise<Record<string, string>> {
  const server = createServer((caller) => {
    const way = connect(socket);
    for (const end of [caller, way]) end.on('error', () => end.destroy());
    caller.once('close', () => way.destroy());
    way.once('close', () => caller.destroy());
    caller.pipe(way).pipe(caller);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy };
}
