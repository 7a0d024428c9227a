-- Every table of Yunjian, one text for SQLite and PostgreSQL. Columns are BIGINT, TEXT or BLOB.
-- The word after "class:" is read by rebuild, verify and the tamper tests; no list elsewhere.
--   log      insert only; the truth
--   kept     not derivable; each row's digest stands in a journal entry
--   derived  dropped and remade by rebuild
--   work     is never trusted and carries no proof (head alone is sealed)
-- Ids are journal indices. Days are days since 1970-01-01 (+08:00), instants UTC milliseconds;
-- a day that is not there is NULL. Flags are 0 or 1.

-- class: log
CREATE TABLE entries (
  idx BIGINT NOT NULL PRIMARY KEY,
  stream TEXT NOT NULL,
  seq BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  leaf BLOB NOT NULL
);
CREATE UNIQUE INDEX entries_by_stream ON entries (stream, seq);

-- class: log
CREATE TABLE tiles (
  level BIGINT NOT NULL,
  number BIGINT NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (level, number)
);

-- class: log
CREATE TABLE checkpoints (
  number BIGINT NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  note TEXT NOT NULL
);
CREATE UNIQUE INDEX checkpoints_by_size ON checkpoints (size);

-- The writer's own view of the end of the log: updated conditionally in every commit, so that a
-- stranger's append is noticed at once. mac: HMAC-SM3 over the row and the root of the log, under a
-- key from outside the database, so that nobody else can move it.
-- class: work
CREATE TABLE head (
  id BIGINT NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  mac TEXT NOT NULL
);

-- class: kept
CREATE TABLE policies (
  digest TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  blob BLOB NOT NULL
);

-- class: kept
CREATE TABLE calendars (
  digest TEXT NOT NULL PRIMARY KEY,
  text TEXT NOT NULL
);

-- class: kept
CREATE TABLE personal (
  person BIGINT NOT NULL PRIMARY KEY,
  salt BLOB NOT NULL,
  name TEXT NOT NULL,
  phone TEXT NOT NULL
);

-- class: kept
CREATE TABLE credentials (
  person BIGINT NOT NULL PRIMARY KEY,
  login TEXT NOT NULL,
  secret TEXT NOT NULL
);
CREATE UNIQUE INDEX credentials_by_login ON credentials (login);

-- class: kept
CREATE TABLE attachment_chunks (
  material BIGINT NOT NULL,
  number BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (material, number)
);

-- class: derived
CREATE TABLE authorities (
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL,
  policy_name TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  calendar_entry BIGINT NOT NULL,
  calendar_applied BIGINT NOT NULL,
  last_entry BIGINT NOT NULL
);

-- Materials that the authority asks for beyond the regulation's own.
-- class: derived
CREATE TABLE asked_materials (
  authority BIGINT NOT NULL,
  procedure TEXT NOT NULL,
  step TEXT NOT NULL,
  material TEXT NOT NULL,
  zh TEXT NOT NULL,
  en TEXT NOT NULL,
  asked BIGINT NOT NULL,
  PRIMARY KEY (authority, procedure, step, material)
);

-- class: derived
CREATE TABLE organisations (
  id BIGINT NOT NULL PRIMARY KEY,
  authority BIGINT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  level TEXT NOT NULL,
  parent BIGINT NOT NULL
);
CREATE INDEX organisations_by_authority ON organisations (authority, id);

-- class: derived
CREATE TABLE persons (
  id BIGINT NOT NULL PRIMARY KEY,
  authority BIGINT NOT NULL
);

-- class: derived
CREATE TABLE posts (
  id BIGINT NOT NULL PRIMARY KEY,
  authority BIGINT NOT NULL,
  person BIGINT NOT NULL,
  organisation BIGINT NOT NULL,
  role TEXT NOT NULL
);
CREATE INDEX posts_by_person ON posts (person, id);
CREATE INDEX posts_by_organisation ON posts (organisation, role, id);

-- Who may act as another's post, from a day to a day.
-- class: derived
CREATE TABLE delegations (
  id BIGINT NOT NULL PRIMARY KEY,
  authority BIGINT NOT NULL,
  post BIGINT NOT NULL,
  holder BIGINT NOT NULL,
  person BIGINT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_until BIGINT NOT NULL,
  reason TEXT NOT NULL,
  ended_on BIGINT
);
CREATE INDEX delegations_by_person ON delegations (person, id);
CREATE INDEX delegations_by_holder ON delegations (holder, id);

-- class: derived
CREATE TABLE calendar_years (
  authority BIGINT NOT NULL,
  year BIGINT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (authority, year)
);

-- class: derived
CREATE TABLE case_counters (
  authority BIGINT NOT NULL,
  code TEXT NOT NULL,
  year BIGINT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (authority, code, year)
);

-- class: derived
CREATE TABLE systems (
  id BIGINT NOT NULL PRIMARY KEY,
  authority BIGINT NOT NULL,
  owner BIGINT NOT NULL,
  provider BIGINT NOT NULL,
  name TEXT NOT NULL,
  stage BIGINT NOT NULL,
  live_on BIGINT,
  retired_on BIGINT
);
CREATE INDEX systems_by_authority ON systems (authority, id);
CREATE INDEX systems_by_owner ON systems (owner, id);
CREATE INDEX systems_by_provider ON systems (provider, id);

-- class: derived
CREATE TABLE grants (
  system BIGINT NOT NULL,
  item TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  lent BIGINT NOT NULL,
  PRIMARY KEY (system, item)
);

-- Systems that a list of the policy finds; gone: not any more.
-- class: derived
CREATE TABLE listings (
  system BIGINT NOT NULL,
  list TEXT NOT NULL,
  since BIGINT NOT NULL,
  record BIGINT NOT NULL,
  gone BIGINT NOT NULL,
  PRIMARY KEY (system, list)
);
CREATE INDEX listings_by_list ON listings (list, gone, system);

-- Lines of registers. system: 0 when it is about the organisation that filed it. period: year * 100 +
-- month, or 0. replaced: the line that took its place, or 0. latest: 1 for the line in force that
-- says how its organisation stands today, of those about itself in this register.
-- class: derived
CREATE TABLE records (
  id BIGINT NOT NULL PRIMARY KEY,
  authority BIGINT NOT NULL,
  register_id TEXT NOT NULL,
  system BIGINT NOT NULL,
  organisation BIGINT NOT NULL,
  person BIGINT NOT NULL,
  period BIGINT NOT NULL,
  filed_on BIGINT NOT NULL,
  form TEXT NOT NULL,
  replaced BIGINT NOT NULL,
  latest BIGINT NOT NULL
);
CREATE INDEX records_latest ON records (authority, register_id, latest);
CREATE INDEX records_by_register ON records (authority, register_id, id);
CREATE INDEX records_by_system ON records (system, replaced, period, id);
CREATE INDEX records_by_organisation ON records (organisation, register_id, id);

-- task: the one that lists show for the case, the open task opened last, else the last one.
-- system: 0 when it is about none. period: of a duty that opened by itself, year * 100 + month, or 0.
-- class: derived
CREATE TABLE cases (
  id BIGINT NOT NULL PRIMARY KEY,
  authority BIGINT NOT NULL,
  system BIGINT NOT NULL,
  opener BIGINT NOT NULL,
  number TEXT NOT NULL,
  procedure TEXT NOT NULL,
  policy TEXT NOT NULL,
  title TEXT NOT NULL,
  opened_on BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  ended_on BIGINT,
  cause BIGINT NOT NULL,
  withdrawn TEXT NOT NULL,
  period BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  task BIGINT NOT NULL
);
CREATE INDEX cases_by_system ON cases (system, id);
CREATE INDEX cases_by_opener ON cases (opener, id);
CREATE INDEX cases_by_authority ON cases (authority, id);
CREATE INDEX cases_by_procedure ON cases (authority, procedure, period, id);

-- Which organisations take part in a case: what "own" means in who may see what.
-- class: derived
CREATE TABLE parties (
  kase BIGINT NOT NULL,
  organisation BIGINT NOT NULL,
  PRIMARY KEY (kase, organisation)
);
CREATE INDEX parties_by_organisation ON parties (organisation, kase);

-- state: 0 open, 1 held, 2 closed. sort_due: the due day, or a day after all others; of a case with
-- priority before all days.
-- class: derived
CREATE TABLE tasks (
  id BIGINT NOT NULL PRIMARY KEY,
  authority BIGINT NOT NULL,
  kase BIGINT NOT NULL,
  step TEXT NOT NULL,
  round BIGINT NOT NULL,
  role TEXT NOT NULL,
  organisation BIGINT NOT NULL,
  state BIGINT NOT NULL,
  opened_on BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  anchor BIGINT,
  due BIGINT,
  sort_due BIGINT NOT NULL,
  not_before BIGINT,
  derivation TEXT NOT NULL,
  basis TEXT NOT NULL,
  local BIGINT NOT NULL,
  estimated BIGINT NOT NULL,
  suspensions TEXT NOT NULL,
  opened_by BIGINT NOT NULL,
  anchored_by BIGINT NOT NULL,
  extended BIGINT NOT NULL,
  person BIGINT NOT NULL,
  urged_on BIGINT,
  outcome TEXT NOT NULL,
  closed_on BIGINT,
  warned_soon BIGINT NOT NULL,
  warned_overdue BIGINT NOT NULL
);
CREATE INDEX tasks_by_case ON tasks (kase, id);
CREATE INDEX tasks_todo ON tasks (organisation, role, state, sort_due, id);
CREATE INDEX tasks_running ON tasks (state, due, id);

-- class: derived
CREATE TABLE decisions (
  id BIGINT NOT NULL PRIMARY KEY,
  kase BIGINT NOT NULL,
  task BIGINT NOT NULL,
  step TEXT NOT NULL,
  outcome TEXT NOT NULL,
  opinion TEXT NOT NULL,
  form TEXT NOT NULL,
  decided_on BIGINT NOT NULL,
  decided_at BIGINT NOT NULL,
  person BIGINT NOT NULL,
  post BIGINT NOT NULL,
  late_days BIGINT NOT NULL,
  decides BIGINT NOT NULL,
  short_days BIGINT NOT NULL,
  paper TEXT NOT NULL,
  paper_reason TEXT NOT NULL,
  shown TEXT NOT NULL,
  corrected TEXT NOT NULL
);
CREATE INDEX decisions_by_case ON decisions (kase, id);
CREATE INDEX decisions_by_person ON decisions (person, id);

-- class: derived
CREATE TABLE materials (
  id BIGINT NOT NULL PRIMARY KEY,
  kase BIGINT NOT NULL,
  task BIGINT NOT NULL,
  material TEXT NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  size BIGINT NOT NULL
);
CREATE INDEX materials_by_case ON materials (kase, id);

-- class: derived
CREATE TABLE notices (
  id BIGINT NOT NULL PRIMARY KEY,
  authority BIGINT NOT NULL,
  kase BIGINT NOT NULL,
  decision BIGINT NOT NULL,
  organisation BIGINT NOT NULL,
  role TEXT NOT NULL,
  sent_on BIGINT NOT NULL,
  received_on BIGINT,
  received_by BIGINT NOT NULL
);
CREATE INDEX notices_by_case ON notices (kase, id);
CREATE INDEX notices_by_organisation ON notices (organisation, role, id);

-- Idempotency: unique per actor for ever. first is the first entry that it made.
-- class: derived
CREATE TABLE commands (
  actor BIGINT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  first BIGINT NOT NULL,
  PRIMARY KEY (actor, key)
);

-- class: work
CREATE TABLE sessions (
  token TEXT NOT NULL PRIMARY KEY,
  person BIGINT NOT NULL,
  post BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  mac TEXT NOT NULL
);

-- chain: over the digests of the chunks so far, in their order. mac: over all other columns, so that
-- nobody without the folder can put another file in the place of this one before it is cited.
-- class: work
CREATE TABLE uploads (
  id BIGINT NOT NULL PRIMARY KEY,
  person BIGINT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  received BIGINT NOT NULL,
  digest TEXT NOT NULL,
  chain TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  mac TEXT NOT NULL
);

-- class: work
CREATE TABLE upload_chunks (
  upload BIGINT NOT NULL,
  number BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (upload, number)
);

-- Refusals of a day: the first is journalled, the rest are counted here.
-- class: work
CREATE TABLE refusal_counts (
  actor BIGINT NOT NULL,
  code TEXT NOT NULL,
  object BIGINT NOT NULL,
  day BIGINT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (actor, code, object, day)
);
