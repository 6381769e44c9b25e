-- wismo's database, version 1. Moments are whole seconds since 1970 UTC, 0 = unknown; money is in cents, -1 = unknown.
-- Every row that somebody may change carries `version`; an act is one UPDATE ... WHERE id = ? AND state = ? AND version = ?.
-- Legal moves of a state stand in the *_moves tables and are enforced by triggers: code that tries another one fails.

CREATE TABLE instance (          -- one row: who this database is
  one INTEGER PRIMARY KEY CHECK (one = 1),
  uuid TEXT NOT NULL,
  name TEXT NOT NULL,
  epoch INTEGER NOT NULL CHECK (epoch >= 1),   -- raised when a copy is restored: replies of an older epoch wait for Sent
  machine TEXT NOT NULL DEFAULT '',            -- hashed machine-id and inode of this file at the last start; others mean a copy
  boot TEXT NOT NULL DEFAULT '',
  files TEXT NOT NULL DEFAULT '',              -- hash of configuration and rule files at the last start
  pid INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE mailboxes (         -- one row a watched folder: how far we have read, and how it is doing
  account TEXT NOT NULL,
  folder TEXT NOT NULL,
  uidvalidity INTEGER NOT NULL DEFAULT 0,
  uid_next INTEGER NOT NULL DEFAULT 1,         -- every uid below it is in `places`, or was given up with a parked row
  start_at INTEGER NOT NULL,                   -- mails received earlier are archived, not answered
  start_uid INTEGER NOT NULL DEFAULT 0,        -- mails below it lay there at the first sight: archived; no clock is asked
  trying_uid INTEGER NOT NULL DEFAULT 0,       -- first uid of the batch that was asked for and not yet stored
  trying_last INTEGER NOT NULL DEFAULT 0,      -- its last uid
  trying INTEGER NOT NULL DEFAULT 0,           -- how often: a mail whose answer kills the worker is found and parked
  synced_at INTEGER NOT NULL DEFAULT 0,        -- last time that we knew to have everything
  problem TEXT,                                -- NULL = fine; else one line for a person
  problem_at INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,         -- in a row
  PRIMARY KEY (account, folder)
) STRICT, WITHOUT ROWID;

CREATE TABLE mails (             -- one row for each different mail of an account, whatever folder it lies in
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  size_bytes INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('new', 'read', 'archived', 'parked')),
  attempts INTEGER NOT NULL DEFAULT 0,         -- counted before work begins
  why TEXT,                                    -- parked: the reason
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (account, sha256)
) STRICT;
CREATE INDEX mails_new ON mails (id) WHERE state = 'new';

CREATE TABLE raws (              -- a mail's bytes; no row: too large to fetch, or erased. Apart from `mails`, because a
  mail INTEGER PRIMARY KEY REFERENCES mails (id),  -- change of state would write them all again
  raw BLOB NOT NULL
) STRICT;

CREATE TABLE places (            -- where a mail lies or lay; identity of the server's side
  account TEXT NOT NULL,
  folder TEXT NOT NULL,
  uidvalidity INTEGER NOT NULL,
  uid INTEGER NOT NULL CHECK (uid > 0),
  mail INTEGER NOT NULL REFERENCES mails (id),
  PRIMARY KEY (account, folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_of_mail ON places (mail);

CREATE TABLE cases (             -- one buyer's trouble with one order
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  channel TEXT NOT NULL,
  buyer TEXT NOT NULL,                         -- address without +case, lower case
  order_no TEXT NOT NULL DEFAULT '',           -- '' = not known (yet)
  marketplace TEXT,
  lang TEXT NOT NULL,
  buyer_name TEXT,
  state TEXT NOT NULL CHECK (state IN ('open', 'waiting', 'person', 'closed')),
  why TEXT,                                    -- state person: what a person should look at
  intent TEXT NOT NULL,
  wish TEXT CHECK (wish IN ('refund', 'replacement')),
  urgency TEXT NOT NULL DEFAULT 'normal' CHECK (urgency IN ('normal', 'angry', 'legal')),
  claim TEXT NOT NULL DEFAULT 'none' CHECK (claim IN ('none', 'open', 'closed', 'chargeback')),
  marketplace_refunded INTEGER NOT NULL DEFAULT 0 CHECK (marketplace_refunded IN (0, 1)),
  cancel_asked INTEGER NOT NULL DEFAULT 0 CHECK (cancel_asked IN (0, 1)),
  asked_at INTEGER NOT NULL DEFAULT 0,         -- first buyer mail that nobody has answered; 0 = nothing open
  answered_at INTEGER NOT NULL DEFAULT 0,      -- last answer that left (ours, or a person's, by its copy)
  due_at INTEGER NOT NULL DEFAULT 0,           -- next deadline; 0 = none
  due_why TEXT,                                -- its arithmetic, in words
  near_said INTEGER NOT NULL DEFAULT 0,        -- for which due_at an alarm was given that it is near ...
  passed_said INTEGER NOT NULL DEFAULT 0,      -- ... and that it has passed
  look_at INTEGER NOT NULL DEFAULT 0,          -- decide again then; 0 = only when something changes
  dirty INTEGER NOT NULL DEFAULT 1 CHECK (dirty IN (0, 1)),  -- something changed: decide again
  attempts INTEGER NOT NULL DEFAULT 0,
  opened_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (account, channel, buyer, order_no)
) STRICT;
CREATE INDEX cases_due ON cases (due_at) WHERE due_at > 0;
CREATE INDEX cases_dirty ON cases (due_at = 0, due_at, id) WHERE dirty = 1;
CREATE INDEX cases_look ON cases (look_at) WHERE look_at > 0;
CREATE INDEX cases_order ON cases (order_no) WHERE order_no <> '';
CREATE INDEX cases_open ON cases (order_no, channel) WHERE state <> 'closed';
CREATE TABLE case_moves (was TEXT, will TEXT, PRIMARY KEY (was, will)) STRICT, WITHOUT ROWID;
INSERT INTO case_moves VALUES
  ('open', 'waiting'), ('open', 'person'), ('open', 'closed'), ('waiting', 'open'), ('waiting', 'person'),
  ('waiting', 'closed'), ('person', 'open'), ('person', 'waiting'), ('person', 'closed'), ('closed', 'open');
CREATE TRIGGER case_move BEFORE UPDATE OF state ON cases
  WHEN OLD.state <> NEW.state AND NOT EXISTS (SELECT 1 FROM case_moves WHERE was = OLD.state AND will = NEW.state)
  BEGIN SELECT raise(ABORT, 'illegal move of a case'); END;

CREATE TABLE readings (          -- what was understood of a mail
  mail INTEGER PRIMARY KEY REFERENCES mails (id),
  case_id INTEGER REFERENCES cases (id),       -- NULL: belongs to no case (newsletters, unknown notices)
  rulebook TEXT NOT NULL,                      -- hash of the files that read it
  message_id TEXT,
  in_reply_to TEXT,
  reference_ids TEXT NOT NULL DEFAULT '[]',    -- JSON array
  subject TEXT,
  sender TEXT,
  sent_at INTEGER NOT NULL DEFAULT 0,
  channel TEXT NOT NULL,
  marketplace TEXT,
  machine INTEGER NOT NULL CHECK (machine IN (0, 1)),
  notice TEXT,
  lang TEXT NOT NULL,
  intent TEXT NOT NULL,
  confidence REAL NOT NULL,
  wish TEXT,
  urgency TEXT NOT NULL,
  buyer TEXT,
  buyer_name TEXT,
  reply_to TEXT,
  order_ids TEXT NOT NULL DEFAULT '[]',        -- JSON array of strings
  tracking TEXT NOT NULL DEFAULT '[]',         -- JSON as in `classify --json`
  buyer_text TEXT NOT NULL,
  answerable INTEGER NOT NULL CHECK (answerable IN (0, 1)),
  why_not TEXT,
  evidence TEXT NOT NULL DEFAULT '[]',         -- JSON as in `classify --json`, with start and end
  amount_cents INTEGER NOT NULL DEFAULT -1,
  limit_s INTEGER NOT NULL DEFAULT 0,
  read_at INTEGER NOT NULL
) STRICT;
CREATE INDEX readings_case ON readings (case_id);
CREATE INDEX readings_named ON readings (case_id) WHERE machine = 0 AND tracking <> '[]';
CREATE INDEX readings_message_id ON readings (message_id);
CREATE INDEX readings_reply_to ON readings (reply_to) WHERE reply_to IS NOT NULL;

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  order_no TEXT NOT NULL,
  buyer_name TEXT,
  buyer_address TEXT,
  country TEXT,
  ordered_at INTEGER NOT NULL DEFAULT 0,
  ship_by_at INTEGER NOT NULL DEFAULT 0,
  promised_at INTEGER NOT NULL DEFAULT 0,
  currency TEXT,
  by_marketplace INTEGER NOT NULL DEFAULT 0 CHECK (by_marketplace IN (0, 1)),
  cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)),
  imported_at INTEGER NOT NULL,
  UNIQUE (channel, order_no)
) STRICT;
CREATE INDEX orders_no ON orders (order_no);
CREATE INDEX orders_buyer ON orders (channel, buyer_address) WHERE buyer_address IS NOT NULL;

CREATE TABLE order_lines (
  order_id INTEGER NOT NULL REFERENCES orders (id),
  line_no TEXT NOT NULL,
  sku TEXT,
  title TEXT,
  quantity INTEGER NOT NULL DEFAULT 1,
  price_cents INTEGER NOT NULL DEFAULT -1,
  PRIMARY KEY (order_id, line_no)
) STRICT, WITHOUT ROWID;

CREATE INDEX order_lines_sku ON order_lines (sku) WHERE sku IS NOT NULL;

CREATE TABLE shipments (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  carrier TEXT,
  carrier_said TEXT,
  number TEXT NOT NULL,
  shipped_at INTEGER NOT NULL DEFAULT 0,
  claims_protected INTEGER NOT NULL DEFAULT 0 CHECK (claims_protected IN (0, 1)),
  UNIQUE (order_id, number)
) STRICT;
CREATE INDEX shipments_number ON shipments (number);

CREATE TABLE stock (
  sku TEXT PRIMARY KEY,
  quantity INTEGER NOT NULL,
  counted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lookups (           -- which numbers to ask about, and when
  carrier TEXT NOT NULL,                       -- who is asked
  courier TEXT,                                -- whose parcel it is, when that is somebody else (an aggregator is asked)
  number TEXT NOT NULL,
  next_at INTEGER NOT NULL,                    -- a moment, or one of LOOKUP_ON_NEED and LOOKUP_NEVER (store/lookup.h)
  asked_at INTEGER NOT NULL DEFAULT 0,         -- last answer; 0 = never asked
  failures INTEGER NOT NULL DEFAULT 0,         -- answers in a row that told nothing
  case_id INTEGER REFERENCES cases (id),       -- set: only this case's buyer named the number; NULL: a shipment's
  said TEXT NOT NULL DEFAULT '',               -- the carrier as the shipment named it when this was made: another name, another look-up
  memo TEXT,                                   -- what a carrier with several steps needs to remember (JSON)
  PRIMARY KEY (carrier, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX lookups_number ON lookups (number);
CREATE INDEX lookups_case ON lookups (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE budgets (           -- requests used in the running window of a carrier's limit
  carrier TEXT NOT NULL,
  window TEXT NOT NULL CHECK (window IN ('second', 'hour', 'day')),
  began_at INTEGER NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (carrier, window)
) STRICT, WITHOUT ROWID;

CREATE TABLE breakers (          -- carriers whose last answers told nothing, and why
  carrier TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,                   -- in a row, but for those of questions that were under way when it opened
  until_at INTEGER NOT NULL,                   -- 0 = closed; in the future = open; past = half open: one question may try
  why TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE trackings (         -- every answer, kept as evidence
  id INTEGER PRIMARY KEY,
  carrier TEXT NOT NULL,                       -- who was asked
  courier TEXT,                                -- as in lookups
  number TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'unknown', 'pending', 'down', 'limited', 'refused')),
  status TEXT NOT NULL CHECK (status IN ('none', 'announced', 'in_transit', 'customs', 'out_for_delivery', 'attempted',
    'pickup', 'problem', 'delivered', 'delivered_other', 'returning', 'returned', 'lost')),
  detail TEXT,
  status_at INTEGER NOT NULL DEFAULT 0,
  moved_at INTEGER NOT NULL DEFAULT 0,
  eta_from INTEGER NOT NULL DEFAULT 0,
  eta_to INTEGER NOT NULL DEFAULT 0,
  delivered_to TEXT,
  signature INTEGER NOT NULL DEFAULT 0 CHECK (signature IN (0, 1)),
  events TEXT NOT NULL DEFAULT '[]',           -- JSON, oldest first
  recorded INTEGER NOT NULL CHECK (recorded IN (0, 1)),
  why TEXT,
  body TEXT                                    -- the answer as received
) STRICT;
CREATE INDEX trackings_number ON trackings (number, carrier, asked_at);

CREATE TABLE verdicts (          -- what was decided, with the whole reason
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  mail INTEGER REFERENCES mails (id),          -- the mail that it answers; NULL: looked again by the clock
  made_at INTEGER NOT NULL,
  rulebook TEXT NOT NULL,
  facts TEXT NOT NULL,                         -- JSON object, column -> value
  rule TEXT NOT NULL,
  reason TEXT NOT NULL,                        -- JSON: rules above and the condition that failed, gates and their say
  template TEXT,                               -- reply template, NULL = none
  task TEXT CHECK (task IN ('reship', 'refund', 'trace')),
  sends TEXT NOT NULL CHECK (sends IN ('auto', 'draft', 'nothing')),
  look_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX verdicts_case ON verdicts (case_id, id);

CREATE TABLE replies (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  verdict INTEGER NOT NULL REFERENCES verdicts (id),
  cause TEXT NOT NULL UNIQUE,                  -- natural key of what made it: a second run changes nothing
  mail INTEGER REFERENCES mails (id),          -- answered mail
  account TEXT NOT NULL,
  template TEXT NOT NULL,
  lang TEXT NOT NULL,
  recipient TEXT NOT NULL,                     -- exactly one
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,             -- without brackets; derived from the cause
  in_reply_to TEXT,
  reference_ids TEXT NOT NULL DEFAULT '[]',
  state TEXT NOT NULL CHECK (state IN
    ('draft', 'due', 'sending', 'handed_over', 'sent', 'later', 'refused', 'uncertain', 'rejected', 'blocked')),
  rejected_by TEXT CHECK (rejected_by IN ('person', 'mind', 'copy', 'buyer')),   -- only the mind's comes back by itself
  why TEXT,                                    -- blocked, rejected, refused, uncertain: the reason
  wire BLOB,                                   -- final bytes, committed before connecting
  server_said TEXT,                            -- last answer of the server
  epoch INTEGER NOT NULL,
  not_before INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  edited INTEGER NOT NULL DEFAULT 0 CHECK (edited IN (0, 1)),
  approved_by TEXT,                            -- 'auto' or who
  approved_at INTEGER NOT NULL DEFAULT 0,      -- the case is looked at again before sending: what happened after this?
  tried_at INTEGER NOT NULL DEFAULT 0,         -- first attempt: five days later it ends
  handed_at INTEGER NOT NULL DEFAULT 0,        -- a server had all of it once: the words stay as they are
  confirmed_at INTEGER NOT NULL DEFAULT 0,     -- our Message-ID or the marketplace's copy was seen
  created_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  CHECK (rejected_by IS NULL OR state = 'rejected')
) STRICT;
CREATE INDEX replies_state ON replies (state, not_before);
CREATE INDEX replies_case ON replies (case_id);
CREATE INDEX replies_mail ON replies (mail) WHERE mail IS NOT NULL;
CREATE TABLE reply_moves (was TEXT, will TEXT, PRIMARY KEY (was, will)) STRICT, WITHOUT ROWID;
INSERT INTO reply_moves VALUES
  ('draft', 'due'), ('draft', 'rejected'), ('draft', 'blocked'), ('blocked', 'draft'), ('blocked', 'rejected'),
  ('due', 'sending'), ('due', 'draft'), ('due', 'rejected'), ('due', 'blocked'),
  ('later', 'sending'), ('later', 'rejected'), ('later', 'refused'), ('later', 'draft'), ('later', 'blocked'),
  ('sending', 'handed_over'),                     -- committed before the last byte leaves
  ('sending', 'due'), ('sending', 'later'), ('sending', 'refused'),   -- before hand-over a retry is safe
  ('handed_over', 'sent'), ('handed_over', 'later'), ('handed_over', 'refused'),  -- the server's own final word
  ('handed_over', 'uncertain'),                   -- its word was lost: never sent again by itself
  ('uncertain', 'sent'), ('uncertain', 'rejected'), ('uncertain', 'due'),         -- seen in Sent; or a person decides
  ('sending', 'uncertain'), ('due', 'uncertain'), ('later', 'uncertain'), ('uncertain', 'later'),  -- epoch rule: until Sent was looked at
  ('refused', 'draft'), ('rejected', 'draft');
CREATE TRIGGER reply_move BEFORE UPDATE OF state ON replies
  WHEN OLD.state <> NEW.state AND NOT EXISTS (SELECT 1 FROM reply_moves WHERE was = OLD.state AND will = NEW.state)
  BEGIN SELECT raise(ABORT, 'illegal move of a reply'); END;

CREATE TABLE filings (           -- courtesy after sending: copy in Sent, \Answered; failing here never sends again
  reply INTEGER NOT NULL REFERENCES replies (id),
  step TEXT NOT NULL CHECK (step IN ('copy', 'answered')),
  state TEXT NOT NULL CHECK (state IN ('due', 'done', 'given_up')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  why TEXT,
  PRIMARY KEY (reply, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX filings_due ON filings (next_at) WHERE state = 'due';

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  verdict INTEGER NOT NULL REFERENCES verdicts (id),
  kind TEXT NOT NULL CHECK (kind IN ('reship', 'refund', 'trace')),
  cause TEXT NOT NULL UNIQUE,
  order_id INTEGER REFERENCES orders (id),
  line_no TEXT NOT NULL DEFAULT '',            -- '' = the whole order has one line of its own
  quantity INTEGER NOT NULL DEFAULT 1,
  amount_cents INTEGER NOT NULL DEFAULT -1,
  currency TEXT,
  money_at INTEGER NOT NULL DEFAULT 0,         -- when the three above last changed after they were proposed: a person may have seen others
  shipment INTEGER REFERENCES shipments (id),
  state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'executing', 'executed', 'done', 'rejected', 'failed', 'uncertain')),
  rejected_by TEXT CHECK (rejected_by IN ('person', 'mind')),
  why TEXT,                                    -- why proposed; rejected, failed: the reason
  due_at INTEGER NOT NULL DEFAULT 0,
  due_why TEXT,
  near_said INTEGER NOT NULL DEFAULT 0,        -- as in cases
  passed_said INTEGER NOT NULL DEFAULT 0,
  approved_by TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  result TEXT,                                 -- what the hook said, or the export file
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  CHECK (kind = 'trace' OR order_id IS NOT NULL),
  CHECK (rejected_by IS NULL OR state = 'rejected')
) STRICT;
CREATE INDEX tasks_state ON tasks (state);
CREATE INDEX tasks_case ON tasks (case_id);
-- One open or done compensation per order line, whatever its kind: money leaves once.
CREATE UNIQUE INDEX tasks_pay_once ON tasks (order_id, line_no)
  WHERE kind IN ('reship', 'refund') AND state <> 'rejected';
CREATE TABLE task_moves (was TEXT, will TEXT, PRIMARY KEY (was, will)) STRICT, WITHOUT ROWID;
INSERT INTO task_moves VALUES
  ('proposed', 'approved'), ('proposed', 'rejected'), ('approved', 'executing'), ('approved', 'rejected'),
  ('approved', 'proposed'), ('executing', 'executed'), ('executing', 'failed'), ('executing', 'uncertain'),
  ('executing', 'approved'),                      -- interrupted, and the hook can tell that it has not acted
  ('executed', 'done'), ('approved', 'done'), ('failed', 'approved'), ('failed', 'rejected'), ('failed', 'done'),
  ('uncertain', 'done'), ('uncertain', 'approved'), ('uncertain', 'rejected'), ('proposed', 'done'),
  ('rejected', 'proposed');                       -- only what the mind itself had withdrawn
CREATE TRIGGER task_move BEFORE UPDATE OF state ON tasks
  WHEN OLD.state <> NEW.state AND (NOT EXISTS (SELECT 1 FROM task_moves WHERE was = OLD.state AND will = NEW.state)
    OR (OLD.state = 'rejected' AND OLD.rejected_by IS NOT 'mind'))
  BEGIN SELECT raise(ABORT, 'illegal move of a task'); END;

CREATE TABLE history (           -- what happened, append only; no mail text
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,                         -- role or login name
  subject TEXT NOT NULL,                       -- m34 c12 r5 t7, account name
  event TEXT NOT NULL,
  detail TEXT
) STRICT;
CREATE INDEX history_subject ON history (subject);
CREATE TRIGGER history_stays BEFORE UPDATE ON history BEGIN SELECT raise(ABORT, 'history is append only'); END;

CREATE TABLE workers (           -- liveness of the running agent, for `status`
  role TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  problem TEXT
) STRICT, WITHOUT ROWID;
