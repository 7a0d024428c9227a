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
-- row: notice from notices
-- row: command from commands
-- row: asked_material from asked_materials
-- row: delegation from delegations
-- row: listing from listings
-- row: record from records
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

-- name: save_authority (@authority) -> put
INSERT INTO authorities (@authority) VALUES ($@authority)
  ON CONFLICT (id) DO UPDATE SET @authority=excluded;

-- name: save_system (@system) -> put
INSERT INTO systems (@system) VALUES ($@system) ON CONFLICT (id) DO UPDATE SET @system=excluded;

-- name: save_case (@kase) -> put
INSERT INTO cases (@kase) VALUES ($@kase) ON CONFLICT (id) DO UPDATE SET @kase=excluded;

-- name: save_task (@task) -> put
INSERT INTO tasks (@task) VALUES ($@task) ON CONFLICT (id) DO UPDATE SET @task=excluded;

-- name: save_decision (@decision) -> put
INSERT INTO decisions (@decision) VALUES ($@decision)
  ON CONFLICT (id) DO UPDATE SET @decision=excluded;

-- name: save_notice (@notice) -> put
INSERT INTO notices (@notice) VALUES ($@notice) ON CONFLICT (id) DO UPDATE SET @notice=excluded;

-- name: save_asked_material (@asked_material) -> put
INSERT INTO asked_materials (@asked_material) VALUES ($@asked_material)
  ON CONFLICT (authority, procedure, step, material) DO UPDATE SET @asked_material=excluded;

-- name: save_listing (@listing) -> put
INSERT INTO listings (@listing) VALUES ($@listing)
  ON CONFLICT (system, list) DO UPDATE SET @listing=excluded;

-- name: save_record (@record) -> put
INSERT INTO records (@record) VALUES ($@record);

-- name: replace_record (i64 replaced, i64 id) -> put
UPDATE records SET replaced = $1, latest = 0 WHERE id = $2;

-- name: outdate_record (i64 id) -> put
UPDATE records SET latest = 0 WHERE id = $1;

-- name: save_delegation (@delegation) -> put
INSERT INTO delegations (@delegation) VALUES ($@delegation);

-- name: end_delegation (i64 ended_on, i64 id) -> put
UPDATE delegations SET ended_on = $1 WHERE id = $2;

-- name: asked_materials_of (i64 authority) -> many asked_material
SELECT @asked_material FROM asked_materials WHERE authority = $1
ORDER BY procedure, step, material;

-- name: notices_of (i64 kase) -> many notice
SELECT @notice FROM notices WHERE kase = $1 ORDER BY id;

-- name: listings_of (i64 system) -> many listing
SELECT @listing FROM listings WHERE system = $1 ORDER BY list;

-- name: record (i64 id) -> one record
SELECT @record FROM records WHERE id = $1;

-- The lines in force about a system, latest period first.
-- name: records_of_system (i64 system, i64 limit) -> many record
SELECT @record FROM records WHERE system = $1 AND replaced = 0
ORDER BY period DESC, id DESC LIMIT $2;

-- Its open cases, by procedure.
-- name: running_of_system (i64 system) -> many (text procedure, i64 count)
SELECT procedure, COUNT(*) FROM cases WHERE system = $1 AND ended = 0
GROUP BY procedure ORDER BY procedure;

-- How the bodies stand that file lines about themselves.
-- name: records_latest (i64 authority, text register_id) -> many record
SELECT @record FROM records
WHERE authority = $1 AND register_id = $2 AND latest = 1 ORDER BY id;

-- name: record_latest (i64 authority, text register_id, i64 organisation) -> many record
SELECT @record FROM records
WHERE authority = $1 AND register_id = $2 AND organisation = $3 AND latest = 1 ORDER BY id;

-- The line in force that a body filed about itself for a month.
-- name: record_in_force (i64 authority, text register_id, i64 organisation, i64 period) -> many record
SELECT @record FROM records
WHERE authority = $1 AND register_id = $2 AND organisation = $3 AND period = $4
  AND system = 0 AND replaced = 0
ORDER BY id DESC;

-- name: delegation (i64 id) -> one delegation
SELECT @delegation FROM delegations WHERE id = $1;

-- The one under which a person may act as a post on a day.
-- name: delegation_for (i64 post, i64 person, i64 first, i64 last) -> many delegation
SELECT @delegation FROM delegations
WHERE post = $1 AND person = $2 AND ended_on IS NULL AND valid_from <= $3 AND valid_until >= $4
ORDER BY id;

-- name: delegations_of_holder (i64 holder) -> many delegation
SELECT @delegation FROM delegations WHERE holder = $1 ORDER BY id;

-- name: delegations_to (i64 person) -> many delegation
SELECT @delegation FROM delegations WHERE person = $1 ORDER BY id;

-- name: posts_of_organisation (i64 organisation, text role) -> many post
SELECT @post FROM posts WHERE organisation = $1 AND role = $2 ORDER BY id;

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

-- name: save_grant (i64 system, text item, i64 quantity, i64 lent) -> put
INSERT INTO grants (system, item, quantity, lent) VALUES ($1, $2, $3, $4)
ON CONFLICT (system, item) DO UPDATE SET quantity = excluded.quantity, lent = excluded.lent;

-- name: save_party (i64 kase, i64 organisation) -> put
INSERT INTO parties (kase, organisation) VALUES ($1, $2) ON CONFLICT (kase, organisation) DO NOTHING;

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
