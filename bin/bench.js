#!/usr/bin/env node
// `npm run bench -- NAME`: runs dist/test/bench/NAME.js, which prints JSON lines {bench, metric, value, unit, baseline, ratio}.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../dist/test/bench/', import.meta.url);
const [name, ...rest] = process.argv.slice(2);
const script = name && /^[a-z-]+$/.test(name) ? new URL(`${name}.js`, folder) : undefined;
if (!script || !existsSync(fileURLToPath(script))) {
  const names = readdirSync(folder)
    .filter((f) => f.endsWith('.js'))
    .map((f) => f.slice(0, -3));
  console.error(`usage: npm run bench -- NAME [options]\nNAME is one of: ${names.join(', ')}`);
  process.exit(2);
}
process.argv.splice(2, Number.POSITIVE_INFINITY, ...rest);
await import(script.href);
