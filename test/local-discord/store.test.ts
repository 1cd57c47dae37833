import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listMessages } from '../../src/local-discord/operations/history.js';
import { createMessage, deleteMessage } from '../../src/local-discord/operations/messages.js';
import { startThread } from '../../src/local-discord/operations/threads.js';
import { recordsOf, restoreWorld, saveWorld } from '../../src/local-discord/records.js';
import { seedCommunity } from '../../src/local-discord/seed.js';
import { NewerStore, openStore } from '../../src/local-discord/store.js';
import { testWorld } from './rest-harness.js';

const shown = (world: ReturnType<typeof testWorld>) => JSON.parse(JSON.stringify([...recordsOf(world)]));

describe('the store', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'local-discord-'));
    file = join(folder, 'world.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives the whole world back after a restart, history and files included', () => {
    const before = testWorld();
    const store = openStore(file, before);
    expect(store.empty).toBe(true);
    const guild = seedCommunity(before, { botPermissions: 2048n });
    const general = [...guild.channels.values()].find(({ name }) => name === 'general');
    const log = { index: 0, filename: 'boot.log', contentType: 'text/plain', bytes: Buffer.from('panic') };
    const sent = createMessage(before, guild.owner_id, general?.id ?? '', { content: 'it fails' }, [log]);
    const gone = createMessage(before, guild.owner_id, general?.id ?? '', { content: 'never mind' });
    deleteMessage(before, guild.owner_id, gone.channel_id, gone.id);
    const expected = shown(before);
    store.close();

    const after = testWorld();
    const reopened = openStore(file, after);
    expect(reopened.empty).toBe(false);
    expect(shown(after)).toEqual(expected);
    expect(listMessages(after, guild.owner_id, sent.channel_id, { limit: 1 })).toMatchObject([{ content: 'it fails' }]);
    expect(after.files.get(sent.attachments[0]?.id ?? '')?.toString()).toBe('panic');
    expect(BigInt(after.newId())).toBeGreaterThan(BigInt(gone.id));
    reopened.close();
  });

  it('writes behind, by itself, before the next turn of the loop is over', async () => {
    const world = testWorld();
    const store = openStore(file, world);
    seedCommunity(world, { botPermissions: 0n });
    await new Promise((resolve) => setImmediate(resolve));
    const reader = new Database(file, { readonly: true });
    expect(reader.prepare('SELECT count(*) AS n FROM message').get()).toMatchObject({ n: expect.any(Number) });
    expect(reader.prepare("SELECT count(*) AS n FROM record WHERE kind = 'guild'").get()).toEqual({ n: 1 });
    reader.close();
    store.close();
  });

  it('never gives an id twice, though the clock was set back', () => {
    const late = testWorld(() => 1_800_000_000_000);
    const store = openStore(file, late);
    const guild = seedCommunity(late, { botPermissions: 0n });
    const thread = [...guild.channels.values()].find(({ name }) => name === 'general');
    startThread(late, guild.owner_id, thread?.id ?? '', { name: 'side', type: 11 });
    const last = late.newId();
    createMessage(late, guild.owner_id, thread?.id ?? '', { content: 'last' });
    store.close();
    const early = testWorld(() => 1_700_000_000_000);
    const reopened = openStore(file, early);
    expect(BigInt(early.newId())).toBeGreaterThan(BigInt(last));
    reopened.close();
  });

  it('names a file that is none of its own, and leaves it as it was', () => {
    writeFileSync(file, 'my diary, which is longer than sixteen bytes');
    expect(() => openStore(file, testWorld())).toThrow(`${file} cannot be read`);
    expect(readFileSync(file, 'utf8')).toMatch(/^my diary/);
  });

  it('refuses a file of a newer version and leaves it as it was', () => {
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.close();
    expect(() => openStore(file, testWorld())).toThrow(NewerStore);
    const again = new Database(file);
    expect(again.pragma('user_version', { simple: true })).toBe(99);
    again.close();
  });

  it('saves a world as JSON that makes the same world again', () => {
    const one = testWorld();
    const guild = seedCommunity(one, { botPermissions: 2048n });
    const saved = JSON.parse(JSON.stringify(saveWorld(one)));
    const other = testWorld();
    restoreWorld(other, saved);
    expect(shown(other)).toEqual(shown(one));
    expect(other.guilds.get(guild.id)?.members.size).toBe(8);
  });
});
