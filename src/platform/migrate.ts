import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The file was written by a later version of the program. It is left as it is. */
export class NewerSchema extends Error {
  override readonly name = 'NewerSchema';
  constructor(
    readonly found: number,
    readonly known: number,
  ) {
    super(`the file has schema version ${found}, this program knows ${known}: start the version that wrote it`);
  }
}

/** Reads `0001-what.sql`, `0002-what.sql`, … Throws when a number is missing or taken twice. */
export function readMigrations(folder: string): readonly Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  return files.map((name, index) => {
    const version = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1]);
    if (version !== index + 1) throw new Error(`${join(folder, name)}: wanted number ${index + 1}, then "-name.sql"`);
    return { version, name, sql: readFileSync(join(folder, name), 'utf8') };
  });
}

export const latest = (migrations: readonly Migration[]): number => migrations.at(-1)?.version ?? 0;

export const schemaVersion = (db: Database): number => Number(db.pragma('user_version', { simple: true }));

/** Brings a database up to date, each migration in a transaction of its own. Throws NewerSchema. */
export function migrate(db: Database, migrations: readonly Migration[]): void {
  const found = schemaVersion(db);
  if (found > latest(migrations)) throw new NewerSchema(found, latest(migrations));
  for (const { version, sql } of migrations.slice(found)) {
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${version}`);
    }).immediate();
  }
}
