/** A coordinator without Discord: the worker API over real files, in this process. */
import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { registerFleetApi } from '../../src/fleet/api/server.js';
import { createWaiting } from '../../src/fleet/api/waiting.js';
import { makeCode } from '../../src/fleet/codes.js';
import type { SqliteFleet } from '../../src/fleet/engines/sqlite/fleet.js';
import { createFleets } from '../../src/fleet/fleets.js';
import { createShelf } from '../../src/fleet/shelf.js';
import { type Clock, systemClock } from '../../src/platform/clock.js';
import { createGuildStore } from '../../src/platform/guild-store.js';
import { startHttp } from '../../src/platform/http.js';
import type { HttpLimits } from '../../src/platform/http-limits.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';

export const GUILD = '1000000000000000001';

export interface Coordinator {
  readonly url: string;
  readonly faults: unknown[];
  fleet(): SqliteFleet;
  /** A code as `/machine lend` gives it. */
  lend(lender: string, alias: string, community?: boolean): string;
  /** Tells waiting machines that there may be work. */
  wake(): void;
  tick(): void;
  stop(): Promise<void>;
}

export async function startCoordinator(
  folder: string,
  options: {
    port?: number;
    clock?: Clock;
    trustedHops?: number;
    limits?: HttpLimits;
    tls?: { readonly cert: string; readonly key: string };
  } = {},
): Promise<Coordinator> {
  const clock = options.clock ?? systemClock;
  const guilds = createGuildStore({ folder, migrations: readMigrations(shipped('migrations')), clock });
  const waiting = createWaiting(clock.after);
  const faults: unknown[] = [];
  const fleets = createFleets({
    guilds,
    shelf: createShelf(shipped('suites')),
    clock,
    waiting,
    isHere: (id) => id === GUILD,
    onFault: (_, error) => faults.push(error),
  });
  const http = await startHttp({
    host: '127.0.0.1',
    port: options.port ?? 0,
    trustedHops: options.trustedHops,
    tls: options.tls,
    limits: options.limits,
    registry: new Registry(),
    health: () => ({ ready: true, pingMs: 0, guilds: 1 }),
    mount: (server) =>
      registerFleetApi(server, {
        now: clock.now,
        random: clock.random,
        fleetOf: fleets.engineOf,
        waiting,
        onResult: fleets.changed,
        notices: () => [],
        onFault: (error) => faults.push(error),
      }),
  });
  fleets.start();
  const fleet = (): SqliteFleet => fleets.fleetIn(guilds.open(GUILD));
  return {
    url: http.url,
    faults,
    fleet,
    lend(lender, alias, community = false) {
      const code = makeCode(GUILD, randomBytes(10));
      fleet().machines.offer(code, { lender, alias, community });
      return code;
    },
    wake: () => waiting.wake(GUILD),
    tick: () => fleets.tick(GUILD),
    async stop() {
      fleets.stop();
      await http.close();
      guilds.close();
    },
  };
}
