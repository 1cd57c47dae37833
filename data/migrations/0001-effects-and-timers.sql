-- Facts about the file itself.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the bot still has to do in Discord. A row is written in the transaction of the change that causes it,
-- and deleted in the transaction that notes its delivery.
CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of delivery within a target
  target     TEXT    NOT NULL,                   -- ordering key: 'channel:123', 'member:456'
  kind       TEXT    NOT NULL,                   -- which effect: 'post', 'role.give'
  payload    TEXT    NOT NULL,                   -- the effect as JSON
  after_name  TEXT,                               -- continuation run in the delivering transaction
  after_arg   TEXT,                               -- its argument as JSON
  replaces   TEXT,                               -- a later effect with the same key takes this one's place
  nonce      TEXT    NOT NULL,                   -- given to Discord with posts; at most 25 characters
  boot       TEXT    NOT NULL,                   -- the process that may send without looking; '' when an attempt's end is unknown
  state      TEXT    NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'parked')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  created    INTEGER NOT NULL,                   -- ms
  due        INTEGER NOT NULL,                   -- ms; not before
  last_error TEXT
) STRICT;
CREATE INDEX outbox_pending ON outbox (target, id) WHERE state = 'pending';

-- What deliveries made lately, so that a look for an uncertain one does not take an earlier, equal thing for it.
CREATE TABLE made (
  id      TEXT    PRIMARY KEY,                   -- message, thread, role, channel or event
  target  TEXT    NOT NULL,
  at      INTEGER NOT NULL                       -- ms; forgotten after a week
) STRICT, WITHOUT ROWID;

-- Timers: reminders, closings, digests, anniversaries.
CREATE TABLE schedule (
  key        TEXT    PRIMARY KEY,                -- who asks for it: 'question.unanswered:123'
  kind       TEXT    NOT NULL,                   -- which handler
  payload    TEXT    NOT NULL,                   -- JSON
  due        INTEGER NOT NULL,                   -- ms
  cron       TEXT,                               -- set: comes again by this pattern
  zone       TEXT,                               -- IANA zone of the pattern
  attempts   INTEGER NOT NULL DEFAULT 0,
  last_error TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_due ON schedule (due);
