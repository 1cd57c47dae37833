import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openClient } from '../../data/suites/zstack/client.js';
import { optionsFrom } from '../../data/suites/zstack/options.js';
import { createZStack } from '../../data/suites/zstack/zstack.js';
import { systemClock } from '../../src/platform/clock.js';
import { shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { runWalk, traceSource } from '../../src/woodpecker/run/run.js';
import { huntIn } from '../support/hunting.js';
import { servedSystem } from '../support/served-system.js';
import { ACCESS, ACCOUNT, GIVEN, startZStackServer, type ZStackServer } from '../support/zstack-server.js';

const { suite } = openSuite(shipped('suites', 'zstack'));
let server: ZStackServer;

beforeEach(async () => {
  server = await startZStackServer();
});
afterEach(() => server.stop());

const given = {
  ZSTACK_IMAGE: GIVEN.image,
  ZSTACK_NETWORK: GIVEN.network,
  ZSTACK_PRIMARY_STORAGE: GIVEN.primaryStorage,
  ZSTACK_BACKUP_STORAGE: GIVEN.backupStorage,
};
const byKey = () => ({
  ZSTACK_URL: server.url,
  ZSTACK_ACCESS_KEY: ACCESS.id,
  ZSTACK_ACCESS_SECRET: ACCESS.secret,
  ...given,
});
const byAccount = () => ({
  ZSTACK_URL: `${server.url}/`,
  ZSTACK_ACCOUNT: ACCOUNT.name,
  ZSTACK_PASSWORD: ACCOUNT.password,
  ...given,
});
const clientOf = (env: Record<string, string>) => openClient(optionsFrom(env));
const makeZone = async (env: Record<string, string> = byKey()) => {
  const client = await clientOf(env);
  return client.call('POST', '/zones', { params: { name: 'zone' } }, 5_000);
};

describe('the client of ZStack', () => {
  it('polls a job to its end', async () => {
    server.polls = 3;
    expect(await makeZone()).toMatchObject({ inventory: { name: 'zone', state: 'Enabled' } });
    expect(server.requests.filter((request) => request.startsWith('GET /api-jobs/'))).toHaveLength(4);
  });

  it('gives up on a job that does not end in time', async () => {
    server.polls = 1_000;
    const client = await clientOf(byKey());
    await expect(client.call('POST', '/zones', { params: { name: 'zone' } }, 500)).rejects.toMatchObject({
      kind: 'timeout',
      message: 'the job of POST /zones is not done',
    });
  });

  it('logs an account in, and out', async () => {
    const client = await clientOf(byAccount());
    await client.query('/zones', 'name~=%zone%');
    await client.leave();
    await expect(client.query('/zones', 'name~=%zone%')).rejects.toMatchObject({ kind: 'broken' });
  });

  it.each([
    ['a wrong password', { ...byAccountOf(), ZSTACK_PASSWORD: 'guess' }],
    ['a wrong secret', { ...byKeyOf(), ZSTACK_ACCESS_SECRET: 'guess' }],
  ])('takes %s for a broken test', async (_, env) => {
    await expect(makeZone({ ...env, ZSTACK_URL: server.url })).rejects.toMatchObject({ kind: 'broken' });
  });

  it('takes a management node that is not there for a broken test', async () => {
    await server.stop();
    await expect(makeZone()).rejects.toMatchObject({
      kind: 'broken',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    ['refused', ['VM.1001', 'VM.1010']],
    ['refused', ['SYS.1007']],
    ['refused', ['SYS.1006']],
    ['failed', ['SYS.1000']],
    ['failed', ['VM.1001', 'SYS.1006', 'HOST.1001']],
    ['timeout', ['VM.1001', 'SYS.1001']],
    ['broken', ['ID.1001']],
  ])('takes for %s what ends in %s', async (kind, codes) => {
    const chain = codes.reduceRight<object | undefined>(
      (cause, code) => ({ code, description: 'in general', details: `about ${code}`, elaboration: null, cause }),
      undefined,
    );
    server.breakNext = chain as ZStackServer['breakNext'];
    await expect(makeZone()).rejects.toMatchObject({ kind, message: expect.stringContaining(codes.at(-1) ?? '') });
  });

  it('says all that its environment lacks, at once', () => {
    expect(() => optionsFrom({ ZSTACK_ACCOUNT: 'admin' })).toThrow(
      /lacks ZSTACK_URL .*ZSTACK_ACCESS_KEY and ZSTACK_ACCESS_SECRET, or ZSTACK_ACCOUNT and ZSTACK_PASSWORD, ZSTACK_IMAGE/,
    );
    expect(() => optionsFrom({ ...byKey(), ZSTACK_URL: 'mn:8080' })).toThrow('ZSTACK_URL is no address');
  });
});

describe('the suite for ZStack', () => {
  it('finds nothing in a system that keeps to the reference', async () => {
    server.polls = 0;
    const report = await huntIn(suite, () => servedSystem(createZStack(byKey())), { steps: 60 });
    expect(report.list.map(({ failure }) => failure.message)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'pass', errors: 0, steps: 60 });
  });

  it('finds a system that broke', async () => {
    const [w7] = suite.patterns;
    const open = () => servedSystem(createZStack(byKey()));
    const walk = (last?: ZStackServer['breakNext']) => {
      const source = traceSource(suite, w7?.steps ?? []);
      const next = () => {
        const step = source.next();
        if (step && source.model.steps === w7?.steps.length) server.breakNext = last;
        return step;
      };
      return runWalk(
        open(),
        { suite, source: { model: source.model, next }, start: { seed: 1, bugs: [] } },
        { clock: systemClock },
      );
    };
    server.polls = 0;
    expect(await walk()).toMatchObject({ outcome: 'pass', stepsRun: 8 });
    const details = 'cannot find the parent of the volume, file not found';
    expect(
      await walk({ code: 'SYS.1000', description: 'An internal error happened in system', details }),
    ).toMatchObject({
      outcome: 'fail',
      failure: { kind: 'action', action: 'create_snapshot', message: `SYS.1000: ${details}` },
    });
  });

  it('says why it cannot start where nothing was configured', async () => {
    const report = await huntIn(suite, () => servedSystem(createZStack({})), { steps: 10 });
    expect(report).toMatchObject({ outcome: 'error', ended: 'errors', list: [] });
  });
});

function byKeyOf() {
  return { ZSTACK_ACCESS_KEY: ACCESS.id, ZSTACK_ACCESS_SECRET: ACCESS.secret, ...given };
}
function byAccountOf() {
  return { ZSTACK_ACCOUNT: ACCOUNT.name, ZSTACK_PASSWORD: ACCOUNT.password, ...given };
}
