/** The server side of the local Discord's page. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Mount } from '../server.js';
import { readPageFiles, servePage } from './files.js';
import { pagePaths } from './protocol.js';
import { openSession, type SessionDeps } from './session.js';
import { createUploads, uploadLimit } from './uploads.js';

/** The largest thing a page says: a modal or a message, never a file. */
const socketLimit = 1024 * 1024;

export interface PageDeps extends Omit<SessionDeps, 'uploads'> {
  /** Where the built page lies: dist/page/. */
  readonly root: URL;
}

/** Serves the page, for `local.mount`: on the local Discord's port, which has already refused other hosts and origins. */
export async function createPage({ root, ...deps }: PageDeps): Promise<Required<Mount>> {
  const files = await readPageFiles(root);
  const uploads = createUploads();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: socketLimit });
  sockets.on('connection', (socket) => openSession(socket, { ...deps, uploads }));

  const refuse = (response: ServerResponse, status: number, message: string) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  };

  const receive = async (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request) {
      size += chunk.length;
      if (size > uploadLimit) return refuse(response, 413, 'Request entity too large');
      chunks.push(chunk);
    }
    const contentType = request.headers['content-type'];
    const id = uploads.keep({ name: query.get('name') ?? 'file', data: Buffer.concat(chunks), contentType });
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
  };

  return {
    request(request, response) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
      const upload = pathname === pagePaths.uploads;
      if (!upload && !files.has(pathname) && pathname !== '/') return false;
      if (upload && request.method !== 'POST') refuse(response, 405, 'Method Not Allowed');
      else if (upload) void receive(request, response, searchParams).catch((error) => deps.fault(error));
      else if (!servePage(files, pathname, response)) {
        refuse(response, 503, 'The page is not built: run `npm run build` first.');
      }
      return true;
    },

    upgrade(request, socket, head) {
      if (new URL(request.url ?? '/', 'http://page').pathname !== pagePaths.socket) return false;
      // Browsers always send an Origin with a WebSocket; without one it is not a page.
      if (!request.headers.origin) socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      else sockets.handleUpgrade(request, socket, head, (ready) => sockets.emit('connection', ready, request));
      return true;
    },

    close() {
      for (const socket of sockets.clients) socket.close(1001);
      sockets.close();
    },
  };
}
