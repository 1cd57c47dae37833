-- Suites that members proposed. A digest that a maintainer approved may run on machines whose lender accepted it.
CREATE TABLE suite (
  digest      TEXT PRIMARY KEY,                    -- sha256:<hex> over every file of the suite
  name        TEXT    NOT NULL,
  files       BLOB,                                -- the packed folder; null for a suite that ships with Flock
  author      TEXT    NOT NULL,
  added_at    INTEGER NOT NULL,                    -- ms, as all times below
  approved_by TEXT,                                -- never the author
  approved_at INTEGER,
  retired_by  TEXT,
  retired_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX suite_by_name ON suite (name, added_at);

-- A named, fixed sequence of actions that somebody proposed for a suite, beside those in its own file.
CREATE TABLE pattern (
  suite       TEXT    NOT NULL,                    -- the suite's name: patterns outlive its versions
  name        TEXT    NOT NULL,
  steps       TEXT    NOT NULL,                    -- JSON: step lines
  author      TEXT    NOT NULL,
  added_at    INTEGER NOT NULL,
  approved_by TEXT,
  approved_at INTEGER,
  finding     INTEGER,                             -- the fixed finding that it guards against, if any
  PRIMARY KEY (suite, name)
) STRICT, WITHOUT ROWID;

-- One-time codes of /machine lend. Only a hash is kept.
CREATE TABLE enrolment (
  code_hash  TEXT    PRIMARY KEY,                  -- sha256 of the code
  lender     TEXT    NOT NULL,
  alias      TEXT    NOT NULL,
  community  INTEGER NOT NULL CHECK (community IN (0, 1)),
  expires_at INTEGER NOT NULL,
  used_at    INTEGER,
  machine    TEXT                                  -- what it was traded for: whoever asks again with the same key is answered the same
) STRICT, WITHOUT ROWID;

-- Lent machines.
CREATE TABLE machine (
  id          TEXT    PRIMARY KEY,
  lender      TEXT    NOT NULL,
  alias       TEXT    NOT NULL UNIQUE,             -- all that is ever published about it
  community   INTEGER NOT NULL CHECK (community IN (0, 1)),  -- 1: the community's own, not lent by a member
  public_key  TEXT    NOT NULL,                    -- Ed25519, SPKI DER, base64
  version     TEXT    NOT NULL,
  os          TEXT    NOT NULL,
  arch        TEXT    NOT NULL,
  cores       INTEGER NOT NULL,
  memory_mb   INTEGER NOT NULL,
  sandboxes   TEXT    NOT NULL,                    -- JSON
  state       TEXT    NOT NULL CHECK (state IN ('active', 'paused', 'quarantined', 'withdrawn')),
  reason      TEXT,                                -- why it is quarantined, or was when it was withdrawn: a key of the locales
  words       TEXT,                                -- what staff said when they held it
  appeal      TEXT,                                -- what its lender says against it
  streak      INTEGER NOT NULL DEFAULT 0,          -- results in a row that proved right
  strikes     INTEGER NOT NULL DEFAULT 0,          -- results that cannot have been, since they were last forgiven
  blind       REAL    NOT NULL DEFAULT 0,          -- doubt: that it passes whatever it runs
  alarm       REAL    NOT NULL DEFAULT 0,          -- doubt: that its failures are made up
  faults      INTEGER NOT NULL DEFAULT 0,          -- minutes in which leases ended without a result, since its last result
  fault_at    INTEGER NOT NULL DEFAULT 0,
  pace        REAL    NOT NULL DEFAULT 1,          -- its time for a job ÷ the median of its class
  doing       TEXT    NOT NULL DEFAULT 'idle',     -- what it last said of itself, or the reason it got no job
  enrolled_at INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL,
  withdrawn_at INTEGER,
  heir        TEXT                                 -- withdrawn: the machine that took its place, with what was thought of it
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_by_lender ON machine (lender);
CREATE INDEX machine_by_key ON machine (public_key);

-- Nonces of signed calls within the clock's tolerance: a call is heard once.
CREATE TABLE call_nonce (
  machine TEXT    NOT NULL,
  nonce   TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (machine, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_nonce_age ON call_nonce (at);

CREATE TABLE hunt (
  id           INTEGER PRIMARY KEY,
  digest       TEXT    NOT NULL,
  suite        TEXT    NOT NULL,                   -- its name
  ref          TEXT,
  base_ref     TEXT,                               -- a finding that shows there as well is pre-existing
  strategy     TEXT    NOT NULL,
  pattern      TEXT,
  trace        TEXT,                               -- JSON: the pattern's steps, where it is not one of the suite's own
  bugs         TEXT    NOT NULL,                   -- JSON: planted bugs that are switched on, for demonstrations
  seed         INTEGER NOT NULL,
  length       INTEGER NOT NULL,
  lanes        INTEGER NOT NULL,
  budget_steps INTEGER,
  budget_ms    INTEGER,                            -- machine time
  priority     INTEGER NOT NULL,
  weight       REAL    NOT NULL,
  author       TEXT    NOT NULL,
  question     TEXT,                               -- the thread of the question that it came from
  state        TEXT    NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER,
  next_walk    INTEGER NOT NULL DEFAULT 0,         -- walk jobs made so far; each has a seed of its own
  episodes     INTEGER NOT NULL DEFAULT 0,         -- episodes in all of those
  slots        INTEGER NOT NULL DEFAULT 0,         -- leases of it that are out; kept by triggers, as the next
  open_episodes INTEGER NOT NULL DEFAULT 0,        -- in walk jobs that are not ended
  steps        INTEGER NOT NULL DEFAULT 0,
  checks       INTEGER NOT NULL DEFAULT 0,
  waits        INTEGER NOT NULL DEFAULT 0,
  errors       INTEGER NOT NULL DEFAULT 0,         -- jobs that ended in an error of the test itself
  trouble      TEXT,                               -- what the last of them said
  hopeless     INTEGER NOT NULL DEFAULT 0,         -- 1: stopped by itself, as the test broke wherever it was tried
  worked_ms    INTEGER NOT NULL DEFAULT 0,         -- machine time of judged jobs
  episode_ms   REAL,                               -- running median of an episode on a machine of pace 1
  canaries     INTEGER NOT NULL DEFAULT 0,         -- planted bugs handed out and answered
  canaries_missed INTEGER NOT NULL DEFAULT 0,
  channel      TEXT,                               -- where its live message is
  message      TEXT,
  revision     INTEGER NOT NULL DEFAULT 1,         -- rises with every change worth showing
  shown        INTEGER NOT NULL DEFAULT 0,         -- the revision that was last handed to Discord
  shown_at     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX hunt_running ON hunt (state) WHERE state = 'running';

-- What hunts have covered, and when each thing was first seen: for the curve.
CREATE TABLE coverage (
  hunt  INTEGER NOT NULL REFERENCES hunt (id),
  kind  TEXT    NOT NULL CHECK (kind IN ('action', 'transition', 'pair')),
  name  TEXT    NOT NULL,
  count INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  PRIMARY KEY (hunt, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  id         INTEGER PRIMARY KEY,
  hunt       INTEGER NOT NULL REFERENCES hunt (id),
  purpose    TEXT    NOT NULL CHECK (purpose IN ('walk', 'replica', 'canary', 'confirm', 'shrink', 'base', 'retest', 'bisect', 'reproduce')),
  finding    INTEGER REFERENCES finding (id),
  twin       INTEGER REFERENCES job (id),          -- replica: the job whose result it is to be compared with
  candidate  TEXT,                                 -- shrink: which of the shrinker's candidates; reproduce, retest, base: asked in one go
  ref        TEXT,
  digest     TEXT    NOT NULL,
  spec       TEXT    NOT NULL,                     -- JSON: what the machine gets
  episodes   INTEGER NOT NULL DEFAULT 0,           -- walk: how many, so that the budget can be reckoned
  priority   INTEGER NOT NULL,
  barred     TEXT    NOT NULL DEFAULT '[]',        -- JSON: lenders that must not get it
  state      TEXT    NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'cancelled', 'parked')),
  attempt    INTEGER NOT NULL DEFAULT 0,           -- rises with each lease: the fence
  faults     INTEGER NOT NULL DEFAULT 0,           -- leases that ended without a result
  crashed    TEXT    NOT NULL DEFAULT '[]',        -- JSON: lenders whose machines fell silent with it
  lease      TEXT    UNIQUE,                       -- the last one
  nonce      TEXT,
  epoch      INTEGER,
  machine    TEXT,
  lender     TEXT,
  leased_at  INTEGER,
  expires_at INTEGER,
  steps      INTEGER NOT NULL DEFAULT 0,           -- as told by the last beat
  outcome    TEXT,
  trouble    TEXT,                                 -- what was said when the test itself broke on it
  result     TEXT,                                 -- JSON, as sent; what is judged is read from here again
  ended_at   INTEGER,                              -- of its last lease, where it is ready again
  judged     TEXT    NOT NULL DEFAULT 'no' CHECK (judged IN ('no', 'waiting', 'valid', 'doubtful', 'invalid')),  -- doubtful: credited, though nobody could repeat it
  made_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX job_ready ON job (hunt, priority DESC, id) WHERE state = 'ready';
CREATE INDEX job_leased ON job (expires_at) WHERE state = 'leased';
CREATE INDEX job_held ON job (machine) WHERE state = 'leased';
CREATE INDEX job_by_hunt ON job (hunt, state);
CREATE INDEX job_by_finding ON job (finding) WHERE finding IS NOT NULL;
CREATE INDEX job_by_machine ON job (machine, id) WHERE machine IS NOT NULL;
-- For those whose verdict never comes.
CREATE INDEX job_waiting ON job (ended_at) WHERE judged = 'waiting';
CREATE INDEX job_by_twin ON job (twin) WHERE twin IS NOT NULL;

-- With ten thousand leases out, nobody counts them for each that is asked for.
CREATE TRIGGER job_made AFTER INSERT ON job WHEN new.purpose = 'walk' BEGIN
  UPDATE hunt SET open_episodes = open_episodes + new.episodes WHERE id = new.hunt;
END;
CREATE TRIGGER job_moved AFTER UPDATE OF state ON job WHEN new.state <> old.state BEGIN
  UPDATE hunt SET
    slots = slots + (new.state = 'leased') - (old.state = 'leased'),
    open_episodes = open_episodes
      - iif(new.purpose = 'walk' AND old.state IN ('ready', 'leased') AND new.state NOT IN ('ready', 'leased'), new.episodes, 0)
  WHERE id = new.hunt;
END;

CREATE TABLE finding (
  id         INTEGER PRIMARY KEY,
  suite      TEXT    NOT NULL,
  signature  TEXT    NOT NULL,
  digest     TEXT    NOT NULL,                     -- the suite it was last seen with
  ref        TEXT,
  base_ref   TEXT,
  hunt       INTEGER NOT NULL REFERENCES hunt (id),
  kind       TEXT    NOT NULL,
  action     TEXT    NOT NULL,
  failed_check TEXT,
  states     TEXT    NOT NULL,                     -- JSON
  message    TEXT    NOT NULL,
  masked     TEXT    NOT NULL,
  bugs       TEXT    NOT NULL,                     -- JSON, as in its hunt
  seed       INTEGER NOT NULL,                     -- of the run
  trace      TEXT    NOT NULL,                     -- JSON: the shortest steps that are known to show it
  first_trace TEXT    NOT NULL,                    -- JSON: the steps as they were first seen: shrinking starts here
  shrinking  TEXT    NOT NULL CHECK (shrinking IN ('waiting', 'running', 'done', 'given_up')),
  shrunk_by  TEXT    NOT NULL DEFAULT '[]',        -- JSON: lenders whose machines made it shorter
  standing   TEXT    NOT NULL CHECK (standing IN ('seen', 'suspected', 'reproduced', 'confirmed', 'pre_existing')),
  rate       REAL    NOT NULL DEFAULT 1,
  status     TEXT    NOT NULL CHECK (status IN ('open', 'fixed', 'duplicate', 'not_a_bug')),
  status_by  TEXT,
  reason     TEXT,
  duplicate_of INTEGER REFERENCES finding (id),
  fixed_in   TEXT,
  fixed_at   INTEGER,                              -- when that was said: earlier retests are about an earlier fix
  claimed_by TEXT,
  found_by   TEXT    NOT NULL,                     -- lender
  found_on   TEXT    NOT NULL,                     -- machine
  found_at   INTEGER NOT NULL,
  reopened   INTEGER NOT NULL DEFAULT 0,
  reopened_on TEXT,                                -- the ref that showed it again
  reopened_alone INTEGER NOT NULL DEFAULT 0,       -- 1: one lender alone saw it there
  question   TEXT,                                 -- thread of a question that it explains
  thread     TEXT,
  message_id TEXT,
  told       TEXT    NOT NULL DEFAULT 'seen',      -- the standing or status that its thread's tag says
  told_reopened INTEGER NOT NULL DEFAULT 0,        -- how often it had been reopened when the thread was last told
  revision   INTEGER NOT NULL DEFAULT 1,
  shown      INTEGER NOT NULL DEFAULT 0,
  shown_at   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (suite, signature)
) STRICT;
-- Each idle machine asks which findings it may help to shrink.
CREATE INDEX finding_shrinking ON finding (hunt) WHERE shrinking = 'running';

-- Runs of a finding's steps: `ref` null is the hunt's own.
CREATE TABLE sighting (
  finding INTEGER NOT NULL REFERENCES finding (id),
  job     INTEGER NOT NULL REFERENCES job (id),
  hunt    INTEGER NOT NULL REFERENCES hunt (id),   -- the job's: it may meet what another hunt found
  purpose TEXT    NOT NULL CHECK (purpose IN ('seen', 'confirm', 'base', 'retest', 'bisect')),
  ref     TEXT,
  machine TEXT    NOT NULL,
  lender  TEXT    NOT NULL,
  runs    INTEGER NOT NULL,
  hits    INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (finding, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_by_hunt ON sighting (hunt, finding) WHERE purpose = 'seen';

-- A search for the commit that brought a finding: refs in order, oldest first.
CREATE TABLE bisection (
  id       INTEGER PRIMARY KEY,
  finding  INTEGER NOT NULL REFERENCES finding (id),
  refs     TEXT    NOT NULL,                       -- JSON
  runs     INTEGER NOT NULL,                       -- wanted of each ref
  state    TEXT    NOT NULL CHECK (state IN ('running', 'found', 'inconclusive', 'undone')),
  first_bad TEXT,
  confidence REAL,
  author   TEXT    NOT NULL,
  started_at INTEGER NOT NULL
) STRICT;

-- What was posted about findings: the brakes count these.
CREATE TABLE notice (
  finding INTEGER NOT NULL REFERENCES finding (id),
  kind    TEXT    NOT NULL CHECK (kind IN ('thread', 'fixed', 'reopened')),
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_by_finding ON notice (finding, kind, at);
CREATE INDEX notice_by_kind ON notice (kind, at);

-- A pattern that somebody puts together step by step: one at a time for each author.
CREATE TABLE pattern_draft (
  author TEXT PRIMARY KEY,
  digest TEXT    NOT NULL,                         -- the suite version whose actions are offered
  name   TEXT    NOT NULL,
  steps  TEXT    NOT NULL,                         -- JSON: step lines
  at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Machine time. Rows are never changed: what was granted wrongly is taken back by a row of its own.
CREATE TABLE ledger (
  id      INTEGER PRIMARY KEY,
  lender  TEXT    NOT NULL,
  machine TEXT    NOT NULL,
  job     INTEGER NOT NULL REFERENCES job (id),
  ms      INTEGER NOT NULL,                        -- core-milliseconds; negative: reversed
  kind    TEXT    NOT NULL CHECK (kind IN ('granted', 'reversed')),
  at      INTEGER NOT NULL,
  UNIQUE (job, kind)                               -- nobody is credited twice for one job
) STRICT;
CREATE INDEX ledger_by_lender ON ledger (lender, at);

-- Lenders who do not want to stand on the board.
CREATE TABLE unlisted (lender TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
