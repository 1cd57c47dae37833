import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, NewerSchema, readMigrations, schemaVersion } from '../../src/platform/migrate.js';

const first = { version: 1, name: '0001-a.sql', sql: 'CREATE TABLE a (x TEXT) STRICT;' };
const second = { version: 2, name: '0002-b.sql', sql: 'ALTER TABLE a ADD COLUMN y TEXT; INSERT INTO a VALUES (1, 2);' };
const broken = { version: 3, name: '0003-c.sql', sql: 'CREATE TABLE c (x TEXT) STRICT; DROP TABLE nowhere;' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-migrate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const write = (...names: string[]) => {
  for (const name of names) writeFileSync(join(folder, name), 'SELECT 1;');
};

describe('migrations', () => {
  it('bring an old file to now, step by step, and do nothing to a file of now', () => {
    const db = new Database(':memory:');
    migrate(db, [first]);
    migrate(db, [first, second]);
    migrate(db, [first, second]);
    expect(schemaVersion(db)).toBe(2);
    expect(db.prepare('SELECT * FROM a').all()).toEqual([{ x: '1', y: '2' }]);
  });

  it('that fail leave the file at the last one that worked', () => {
    const db = new Database(':memory:');
    expect(() => migrate(db, [first, second, broken])).toThrow('nowhere');
    expect(schemaVersion(db)).toBe(2);
    expect(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'c'").pluck().get()).toBe(0);
  });

  it('refuse a file that a newer program wrote', () => {
    const db = new Database(':memory:');
    migrate(db, [first, second]);
    expect(() => migrate(db, [first])).toThrow(NewerSchema);
  });

  it('are read in the order of their numbers', () => {
    write('0002-b.sql', '0001-a.sql', 'README.md');
    expect(readMigrations(folder).map(({ version, name }) => [version, name])).toEqual([
      [1, '0001-a.sql'],
      [2, '0002-b.sql'],
    ]);
  });

  it.each([
    ['a missing number', ['0001-a.sql', '0003-c.sql']],
    ['a number taken twice', ['0001-a.sql', '0001-b.sql']],
    ['a name without a number', ['a.sql']],
  ])('are refused with %s', (_, names) => {
    write(...names);
    expect(() => readMigrations(folder)).toThrow('wanted number');
  });
});
