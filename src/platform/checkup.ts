import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasLog, inspect, peekVersion } from './guild-file.js';
import { GuildUnavailable } from './guild-unavailable.js';
import { type FolderInUse, FolderUnusable, folderHolder } from './lock.js';
import { latest, type Migration } from './migrate.js';

/** Room that a folder should have; bytes. */
const LITTLE_ROOM = 256n * 1024n * 1024n;

export interface Finding {
  readonly level: 'ok' | 'note' | 'wrong';
  readonly text: string;
}

/** Looks at a folder of guild files without changing them: every page of each is read. In English, for a terminal. */
export function checkup(folder: string, migrations: readonly Migration[]): Finding[] {
  if (!existsSync(folder)) return [{ level: 'ok', text: `${folder}: not there yet; the first start makes it` }];
  const findings: Finding[] = [folderFinding(folder), roomFinding(folder)];
  const holder = holderOf(folder);
  if (holder) findings.push({ level: 'note', text: holder.message });
  const names = readdirSync(folder).filter((name) => /^\d{1,20}\.sqlite$/.test(name));
  let good = 0;
  for (const name of names) {
    const finding = fileFinding(join(folder, name), name.slice(0, -'.sqlite'.length), migrations);
    if (finding.level === 'ok') good += 1;
    else findings.push(finding);
  }
  findings.push({
    level: 'ok',
    text: `${good} of ${names.length} guild files are whole, schema version ${latest(migrations)} at most`,
  });
  return findings;
}

function holderOf(folder: string): FolderInUse | undefined {
  try {
    return folderHolder(folder);
  } catch (error) {
    // A folder that cannot be written is its own finding.
    if (error instanceof FolderUnusable) return undefined;
    throw error;
  }
}

function folderFinding(folder: string): Finding {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK);
    return { level: 'ok', text: `${folder} can be written` };
  } catch {
    return { level: 'wrong', text: `${folder} cannot be written: give it to the user that runs the bot` };
  }
}

function roomFinding(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder, { bigint: true });
  const room = bavail * bsize;
  const text = `${room / 1_048_576n} MiB are free`;
  return room < LITTLE_ROOM ? { level: 'wrong', text: `only ${text}` } : { level: 'ok', text };
}

function fileFinding(file: string, guildId: string, migrations: readonly Migration[]): Finding {
  try {
    if (peekVersion(file) === 'corrupt')
      throw new GuildUnavailable(guildId, 'corrupt', file, 'this is not a SQLite file');
    if (statSync(file).size === 0) return { level: 'note', text: `${file}: empty` };
    const log = hasLog(file);
    const { version, parked } = inspect({ guildId, file, migrations });
    const notes = [
      ...(version < latest(migrations) ? [`schema version ${version}, brought up to date when it is next used`] : []),
      ...(parked > 0 ? [`${parked} parked effects: see /doctor there`] : []),
      ...(log ? ['was not closed in good order, which is no harm'] : []),
    ];
    return notes.length > 0 ? { level: 'note', text: `${file}: ${notes.join('; ')}` } : { level: 'ok', text: file };
  } catch (error) {
    if (error instanceof GuildUnavailable) return { level: 'wrong', text: `${file}: ${error.kind}: ${error.detail}` };
    throw error;
  }
}
