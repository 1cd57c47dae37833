/** A hunt in the real libvirt, all of it from Discord: the suite as an archive, three lenders' machines, what they find. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot, shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { parseReproducer } from '../../src/woodpecker/reproducer.js';
import { type LentTown, openLentTown, PATIENCE } from '../support/lent-town.js';
import { read } from '../support/until.js';

const installed = spawnSync('virsh', ['--version']).status === 0;
if (!installed) process.stdout.write('skipped: the hunt in libvirt, as there is no virsh\n');

const { suite } = openSuite(shipped('suites', 'libvirt'));
/** What is known to be otherwise than documented: one reproducer each. */
const DOCUMENTED = join(packageRoot, 'docs', 'findings-libvirt');
const KNOWN = readdirSync(DOCUMENTED).map((name) => name.replace('.yaml', ''));

let town: LentTown;

describe.skipIf(!installed)('a hunt in libvirt, from Discord', () => {
  beforeAll(async () => {
    town = await openLentTown();
  }, PATIENCE);
  afterAll(async () => {
    await town?.close();
  }, PATIENCE);

  it(
    'begins with the suite’s folder as an archive, which somebody else approves',
    async () => {
      const data = execFileSync('tar', ['-czf', '-', '-C', shipped('suites'), 'libvirt']);
      const file = { name: 'libvirt.tar.gz', data };
      expect(await town.told(town.ana.id, 'suite add', { file })).toContain(suite.digest);
      expect(await town.told(town.owner.id, 'suite approve', { suite: suite.digest })).toContain('may run on machines');
      for (const [lender, name] of [
        [town.ana.id, 'owl'],
        [town.wei.id, 'jay'],
        [town.bo.id, 'wren'],
      ] as const)
        await town.lend(lender, name, 'libvirt');
    },
    PATIENCE,
  );

  it(
    'runs to its end, counts its checks, and raises no alarm',
    async () => {
      const told = await town.told(town.owner.id, 'hunt start', { suite: 'libvirt', steps: 300, length: 50 });
      expect(told).toContain('Hunt #1 runs');
      await town.eventually(() => town.live(1)?.attachments.some(({ filename }) => filename === 'hunt-1.png'));
      const card = hunt(1);
      expect(card).toContain('**100 %** · done');
      expect(card).toMatch(/[1-9][\d,]* checks/);
      expect(card).toContain('🟢 canary: caught');
      expect(card).toContain('**No findings**');
      expect(town.threads()).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'takes what is known upstream from suspected to confirmed, each with a reproducer that names it',
    async () => {
      for (const name of KNOWN) {
        const given = { suite: 'libvirt', pattern: `suspected_${name}`, runs: 1 };
        expect(await town.told(town.owner.id, 'pattern run', given)).toContain('runs');
      }
      await town.eventually(() => KNOWN.every((_, n) => town.live(n + 2)?.attachments.length === 1));
      // A domain that comes back running from its managed save is one finding, whichever way it was to come back paused.
      await town.eventually(
        () =>
          town.threads().length === KNOWN.length - 1 &&
          town.threads().every(({ id }) => town.tagNames(id).join() === 'Confirmed'),
      );
      const found = town.threads().map(({ id }) => {
        const [file] = town.card(id).attachments;
        return parseReproducer(
          Buffer.from(file ? town.local.actor(town.owner.id).download(file) : '').toString('utf8'),
        );
      });
      for (const name of KNOWN) {
        const { failure } = parseReproducer(readFileSync(join(DOCUMENTED, `${name}.yaml`), 'utf8'));
        const same = found.find((one) => one.failure.signature === failure.signature);
        expect(same).toMatchObject({ digest: suite.digest, failure: { action: failure.action, kind: failure.kind } });
      }
      for (const [n] of KNOWN.entries()) expect(hunt(n + 2)).toMatch(/\*\*1 (finding|known finding met again)\*\*/);
      expect(town.local.violations).toEqual([]);
      expect(town.logged.filter((line) => /"level":(50|60|"error")/.test(line))).toEqual([]);
    },
    PATIENCE,
  );
});

const hunt = (id: number): string => read(town.live(id) ?? { content: '', components: [] });
