import { systemClock } from '../../../src/platform/clock.js';
import { createGuildStore } from '../../../src/platform/guild-store.js';
import { readMigrations } from '../../../src/platform/migrate.js';
import { shipped } from '../../../src/platform/paths.js';
import { GUILD } from '../coordinator.js';

/** Makes a guild's file as Flock makes it. Returns its path. */
export function makeGuildFile(folder: string): string {
  const guilds = createGuildStore({ folder, migrations: readMigrations(shipped('migrations')), clock: systemClock });
  const { file } = guilds.open(GUILD);
  guilds.close();
  return file;
}
