#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/src/main.js', import.meta.url);
if (!existsSync(fileURLToPath(main))) {
  console.error('Flock is not built yet. Run `npm install && npm run build` first (`npm start` does it by itself).');
  process.exit(1);
}
await import(main.href);
