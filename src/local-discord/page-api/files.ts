/** Serves the built page: a handful of files, read once, under a policy that lets nothing else in. */
import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};

/** Only this origin, no inline script or style, no frames; pictures may also be made by the page itself. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** The page's files by path (`/`, `/assets/…`). Empty when the page is not built. */
export type PageFiles = ReadonlyMap<string, { readonly type: string; readonly bytes: Buffer }>;

export async function readPageFiles(root: URL): Promise<PageFiles> {
  const folder = fileURLToPath(root);
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file) => {
        const path = `/${file.slice(folder.length).replaceAll('\\', '/').replace(/^\//, '')}`;
        const type = types[extname(file)] ?? 'application/octet-stream';
        return [path === '/index.html' ? '/' : path, { type, bytes: await readFile(file) }] as const;
      }),
    ),
  );
}

/** Answers with a file of the page. False when there is none at this path. */
export function servePage(files: PageFiles, path: string, response: ServerResponse): boolean {
  const file = files.get(path);
  if (!file) return false;
  const hashed = path.startsWith('/assets/');
  response.writeHead(200, {
    ...headers,
    'content-type': file.type,
    'content-length': file.bytes.byteLength,
    'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-store',
  });
  response.end(file.bytes);
  return true;
}
