import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Builds the local Discord's web page, the only part of Flock that runs in a browser. */
export default defineConfig({
  root: fileURLToPath(new URL('src/local-discord/page', import.meta.url)),
  build: { outDir: fileURLToPath(new URL('dist/page', import.meta.url)), emptyOutDir: true },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
