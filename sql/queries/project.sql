-- Queries of the project room: loading aggregates, writing what changed of them.

-- row: authority from authorities
-- row: organisation from organisations
-- row: person from persons
-- row: post from posts
-- row: calendar_year from calendar_years
-- row: case_counter from case_counters
-- row: system from systems
-- row: grant from grants
-- row: kase from cases
-- row: task from tasks
-- row: decision from decisions
-- row: material from materials
-- row: command from commands
-- row: policy from policies
-- row: calendar from calendars
-- row: personal from personal
-- row: credential from credentials

-- name: authority (i64 id) -> one authority
SELECT @authority FROM authorities WHERE id = $1;

-- name: authorities () -> many authority
SELECT @authority FROM authorities ORDER BY id;

-- name: organisations_of (i64 authority) -> many organisation
SELECT @organisation FROM organisations WHERE authority = $1 ORDER BY id;

-- name: organisation (i64 id) -> one organisation
SELECT @organisation FROM organisations WHERE id = $1;

-- name: counters_of (i64 authority) -> many case_counter
SELECT @case_counter FROM case_counters WHERE authority = $1 ORDER BY code, year;

-- name: calendar_years_of (i64 authority) -> many calendar_year
SELECT @calendar_year FROM calendar_years WHERE authority = $1 ORDER BY year;

-- name: calendar (text digest) -> one calendar
SELECT @calendar FROM calendars WHERE digest = $1;

-- name: policy (text digest) -> one policy
SELECT @policy FROM policies WHERE digest = $1;

-- name: person (i64 id) -> one person
SELECT @person FROM persons WHERE id = $1;

-- name: posts_of (i64 person) -> many post
SELECT @post FROM posts WHERE person = $1 ORDER BY id;

-- name: post (i64 id) -> one post
SELECT @post FROM posts WHERE id = $1;

-- name: system (i64 id) -> one system
SELECT @system FROM systems WHERE id = $1;

-- name: grants_of (i64 system) -> many grant
SELECT @grant FROM grants WHERE system = $1 ORDER BY item;

-- name: kase (i64 id) -> one kase
SELECT @kase FROM cases WHERE id = $1;

-- name: cases_numbered (text number) -> many kase
SELECT @kase FROM cases WHERE number = $1 ORDER BY id;

-- name: tasks_of (i64 kase) -> many task
SELECT @task FROM tasks WHERE kase = $1 ORDER BY id;

-- name: decisions_of (i64 kase) -> many decision
SELECT @decision FROM decisions WHERE kase = $1 ORDER BY id;

-- name: materials_of (i64 kase) -> many material
SELECT @material FROM materials WHERE kase = $1 ORDER BY id;

-- name: material (i64 id) -> one material
SELECT @material FROM materials WHERE id = $1;

-- name: command (i64 actor, text key) -> one command
SELECT @command FROM commands WHERE actor = $1 AND key = $2;

-- name: save_authority (i64 id, text name, text name_en, text policy_name, text policy_digest) -> put
INSERT INTO authorities (id, name, name_en, policy_name, policy_digest) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET policy_name = excluded.policy_name,
  policy_digest = excluded.policy_digest;

-- name: save_organisation (i64 id, i64 authority, text name, text role, text level, i64 parent) -> put
INSERT INTO organisations (id, authority, name, role, level, parent)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: save_person (i64 id, i64 authority) -> put
INSERT INTO persons (id, authority) VALUES ($1, $2);

-- name: save_post (i64 id, i64 authority, i64 person, i64 organisation, text role) -> put
INSERT INTO posts (id, authority, person, organisation, role) VALUES ($1, $2, $3, $4, $5);

-- name: save_calendar_year (i64 authority, i64 year, text digest) -> put
INSERT INTO calendar_years (authority, year, digest) VALUES ($1, $2, $3)
ON CONFLICT (authority, year) DO UPDATE SET digest = excluded.digest;

-- name: save_counter (i64 authority, text code, i64 year, i64 count) -> put
INSERT INTO case_counters (authority, code, year, count) VALUES ($1, $2, $3, $4)
ON CONFLICT (authority, code, year) DO UPDATE SET count = excluded.count;

-- name: save_system (i64 id, i64 authority, i64 owner, text name, i64 stage, i64? live_on) -> put
INSERT INTO systems (id, authority, owner, name, stage, live_on) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET stage = excluded.stage, live_on = excluded.live_on;

-- name: save_grant (i64 system, text item, i64 quantity) -> put
INSERT INTO grants (system, item, quantity) VALUES ($1, $2, $3)
ON CONFLICT (system, item) DO UPDATE SET quantity = excluded.quantity;

-- name: save_case (i64 id, i64 authority, i64 system, i64 opener, text number, text procedure, text policy, text title, i64 opened_on, i64 opened_at, i64 ended, text outcome, i64? ended_on, i64 task) -> put
INSERT INTO cases (id, authority, system, opener, number, procedure, policy, title, opened_on,
  opened_at, ended, outcome, ended_on, task)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, outcome = excluded.outcome,
  ended_on = excluded.ended_on, task = excluded.task;

-- name: save_party (i64 kase, i64 organisation) -> put
INSERT INTO parties (kase, organisation) VALUES ($1, $2) ON CONFLICT (kase, organisation) DO NOTHING;

-- name: save_task (i64 id, i64 authority, i64 kase, text step, i64 round, text role, i64 organisation, i64 state, i64 opened_on, i64 opened_at, i64? anchor, i64? due, i64 sort_due, i64? not_before, text derivation, text basis, i64 local, i64 estimated, text suspensions, text outcome, i64? closed_on, i64 warned_soon, i64 warned_overdue) -> put
INSERT INTO tasks (id, authority, kase, step, round, role, organisation, state, opened_on,
  opened_at, anchor, due, sort_due, not_before, derivation, basis, local, estimated, suspensions,
  outcome, closed_on, warned_soon, warned_overdue)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $22, $23)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, due = excluded.due,
  sort_due = excluded.sort_due, derivation = excluded.derivation, estimated = excluded.estimated,
  suspensions = excluded.suspensions, outcome = excluded.outcome, closed_on = excluded.closed_on,
  warned_soon = excluded.warned_soon, warned_overdue = excluded.warned_overdue;

-- name: save_decision (i64 id, i64 kase, i64 task, text step, text outcome, text opinion, text form, i64 decided_on, i64 decided_at, i64 person, i64 post, i64 late_days) -> put
INSERT INTO decisions (id, kase, task, step, outcome, opinion, form, decided_on, decided_at, person,
  post, late_days)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: save_material (i64 id, i64 kase, i64 task, text material, text name, text digest, i64 size) -> put
INSERT INTO materials (id, kase, task, material, name, digest, size)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: save_command (i64 actor, text key, text body, i64 first) -> put
INSERT INTO commands (actor, key, body, first) VALUES ($1, $2, $3, $4);

-- name: keep_policy (text digest, text name, blob blob) -> put
INSERT INTO policies (digest, name, blob) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING;

-- name: keep_calendar (text digest, text text) -> put
INSERT INTO calendars (digest, text) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING;

-- name: keep_personal (i64 person, blob salt, text name, text phone) -> put
INSERT INTO personal (person, salt, name, phone) VALUES ($1, $2, $3, $4);

-- name: keep_credential (i64 person, text login, text secret) -> put
INSERT INTO credentials (person, login, secret) VALUES ($1, $2, $3)
ON CONFLICT (person) DO UPDATE SET login = excluded.login, secret = excluded.secret;

-- name: keep_attachment (i64 material, i64 upload) -> put
INSERT INTO attachment_chunks (material, number, bytes)
SELECT $1, number, bytes FROM upload_chunks WHERE upload = $2;

-- name: personal (i64 person) -> one personal
SELECT @personal FROM personal WHERE person = $1;

-- name: credential_of_login (text login) -> one credential
SELECT @credential FROM credentials WHERE login = $1;

-- name: count_refusal (i64 actor, text code, i64 object, i64 day) -> put
INSERT INTO refusal_counts (actor, code, object, day, count) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (actor, code, object, day) DO UPDATE SET count = refusal_counts.count + 1;

-- name: refusal_count (i64 actor, text code, i64 object, i64 day) -> one (i64 count)
SELECT count FROM refusal_counts WHERE actor = $1 AND code = $2 AND object = $3 AND day = $4;
