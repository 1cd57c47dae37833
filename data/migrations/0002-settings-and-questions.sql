-- What the server's staff chose.
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,                          -- 'languages'
  value TEXT NOT NULL                              -- 'zh-CN', or 'zh-CN,en-US': the first language stands first in posts
) STRICT, WITHOUT ROWID;

-- Where our things are in Discord: what /setup made or adopted. A row goes when Discord says that its thing is gone.
CREATE TABLE place (
  name  TEXT PRIMARY KEY,                          -- 'role.helper', 'channel.questions', 'tag.open'
  id    TEXT NOT NULL,
  since INTEGER NOT NULL                           -- ms; older forum posts are none of our business
) STRICT, WITHOUT ROWID;

-- A plan that /setup showed and that nobody applied yet; the button under it carries the id.
CREATE TABLE setup_plan (
  id        TEXT    PRIMARY KEY,
  choices   TEXT    NOT NULL,                      -- JSON: languages, and the roles and channels to adopt
  made_at   INTEGER NOT NULL                       -- ms; forgotten after a day
) STRICT, WITHOUT ROWID;

-- What someone wrote into /ask and has not posted yet: they are looking at similar questions, or at what was wrong with it.
CREATE TABLE question_draft (
  id      TEXT    PRIMARY KEY,
  asker   TEXT    NOT NULL,
  title   TEXT    NOT NULL,
  body    TEXT    NOT NULL,
  version TEXT,                                    -- of the product, as the asker wrote it
  subject TEXT,                                    -- a tag of the forum
  file    TEXT,                                    -- JSON: name, url, bytes of the uploaded log
  made_at INTEGER NOT NULL                         -- ms; forgotten after a day, when Discord forgets the upload too
) STRICT, WITHOUT ROWID;
CREATE INDEX question_draft_made ON question_draft (made_at);

CREATE TABLE question (
  id       INTEGER PRIMARY KEY,                    -- rowid of question_search
  draft    TEXT    UNIQUE,                         -- what it was posted from: the same draft never posts twice; null for posts made in the forum by hand
  thread   TEXT,                                   -- null until Discord made the post
  card     TEXT,                                   -- our message that shows how it stands; null until Discord made it
  asker    TEXT    NOT NULL,
  title    TEXT    NOT NULL,
  body     TEXT    NOT NULL,                       -- '' for posts made by hand: their text is not ours to read
  version  TEXT,
  language TEXT    NOT NULL CHECK (language IN ('en-US', 'zh-CN')),  -- what it is written in
  tags     TEXT    NOT NULL,                       -- JSON: the asker's own forum tags, beside the one that shows the state
  file     TEXT,                                   -- name of the log attached to the post; null for none
  state    TEXT    NOT NULL CHECK (state IN ('open', 'answered', 'closed', 'gone')),
  asked_at INTEGER NOT NULL,                       -- ms
  raised_at INTEGER,                               -- ms; when helpers were told that nobody answered
  refused_at INTEGER,                              -- ms; when its asker was told that Discord refuses it
  closed_at INTEGER,                               -- ms; this and the next four are null unless closed
  closed_by TEXT,
  closed_standing TEXT CHECK (closed_standing IN ('helper', 'asker', 'moderator')),
  close_reason TEXT,
  close_note TEXT                                  -- free words of whoever closed it; may be null
) STRICT;
-- Only posts that are there: an asker who waits need not wait for a place among those that are not.
CREATE UNIQUE INDEX question_by_thread ON question (thread) WHERE thread IS NOT NULL;
CREATE INDEX question_by_state ON question (state, asked_at, id) WHERE thread IS NOT NULL;

-- Replies that someone decided about. An undone acceptance stays, so that a weaker word cannot bring it back.
CREATE TABLE answer (
  message    TEXT    PRIMARY KEY,
  question   INTEGER NOT NULL REFERENCES question (id),
  author     TEXT    NOT NULL,
  content    TEXT    NOT NULL,
  accepted   INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  standing   TEXT    NOT NULL CHECK (standing IN ('helper', 'asker', 'moderator')),
  decided_by TEXT    NOT NULL,
  decided_at INTEGER NOT NULL,                     -- ms
  decision   INTEGER NOT NULL,                     -- counts the changes of mind, so that a late note of an earlier one is known
  note       TEXT                                  -- our message that tells the author; null until Discord made it, and when undone
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_by_question ON answer (question, decided_at);

-- Titles, texts and accepted answers as search-text.ts cuts them; the words themselves are in the tables above.
CREATE VIRTUAL TABLE question_search USING fts5 (
  title, body, answers,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
