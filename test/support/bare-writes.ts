/** What a lease and its result write, as bare SQLite writes it: no rules, no HTTP, one transaction for both. */
import type { Database } from 'better-sqlite3';

const RESULT = JSON.stringify({
  outcome: 'pass',
  steps: 100,
  episodes: 1,
  actions: { create_vm: 100 },
  sightings: [],
});
const SPEC = JSON.stringify({
  kind: 'walk',
  digest: `sha256:${'d'.repeat(64)}`,
  strategy: 'random',
  seed: 1_234_567_890,
  episodes: { from: 0, count: 1 },
  length: 100,
  bugs: [],
});

/** Returns what does it once, on a guild's file with a hunt 1 and a machine m0. */
export function bareWrites(db: Database): () => void {
  const digest = `sha256:${'d'.repeat(64)}`;
  const forget = db.prepare('DELETE FROM call_nonce WHERE at < ?');
  const nonce = db.prepare('INSERT OR IGNORE INTO call_nonce (machine, nonce, at) VALUES (?, ?, ?)');
  const count = db.prepare('UPDATE hunt SET next_walk = next_walk + 1, episodes = episodes + 1 WHERE id = 1');
  const make = db.prepare(
    `INSERT INTO job (hunt, purpose, digest, spec, episodes, priority, state, made_at) VALUES (1, 'walk', ?, ?, 1, 0, 'ready', ?)`,
  );
  const take = db.prepare(
    `UPDATE job SET state = 'leased', attempt = attempt + 1, lease = ?, nonce = ?, epoch = 1, machine = 'm0', lender = 'lender-0',
            leased_at = ?, expires_at = ?, steps = 0 WHERE id = ?`,
  );
  const seen = db.prepare(`UPDATE machine SET seen_at = ?, doing = 'working' WHERE id = 'm0'`);
  const tally = db.prepare(
    'UPDATE hunt SET steps = steps + 100, checks = checks + 100, revision = revision + 1 WHERE id = 1',
  );
  const finish = db.prepare(
    `UPDATE job SET state = 'done', outcome = 'pass', result = ?, ended_at = ?, expires_at = NULL WHERE id = ?`,
  );
  const judge = db.prepare('UPDATE job SET judged = ? WHERE id = ?');
  const cover = db.prepare(
    `INSERT INTO coverage (hunt, kind, name, count, first_at) VALUES (1, 'action', 'create_vm', 100, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  );
  const pace = db.prepare('UPDATE hunt SET worked_ms = worked_ms + 10, episode_ms = 10 WHERE id = 1');
  const own = db.prepare(`UPDATE machine SET pace = 1 WHERE id = 'm0'`);
  const grant = db.prepare(
    `INSERT INTO ledger (lender, machine, job, ms, kind, at) VALUES ('lender-0', 'm0', ?, 10, 'granted', ?)`,
  );
  const doubt = db.prepare(`UPDATE machine SET blind = 0, alarm = 0 WHERE id = 'm0'`);
  let n = 0;
  return db.transaction(() => {
    const at = Date.now();
    n += 1;
    forget.run(at - 240_000);
    nonce.run('m0', `bare-${n}-${at}`, at);
    count.run();
    const id = make.run(digest, SPEC, at).lastInsertRowid;
    take.run(`lease-${n}-${at}`, `nonce-${n}-${at}`, at, at + 180_000, id);
    seen.run(at);
    tally.run();
    finish.run(RESULT, at, id);
    cover.run(at);
    pace.run();
    own.run();
    judge.run('waiting', id);
    judge.run('valid', id);
    grant.run(id, at);
    doubt.run();
  }).immediate;
}
