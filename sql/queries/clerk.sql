-- Queries of the clerk: what time brings, and what is counted beside the journal.

-- row: cases_to_warn (i64 kase)

-- Cases with a task that a tick may have to warn of: open, unwarned, due on or before the day.
-- name: cases_to_warn (i64 authority, i64 day, i64 today, i64 after, i64 limit) -> many cases_to_warn
SELECT DISTINCT kase FROM tasks
WHERE authority = $1 AND state = 0 AND warned_overdue = 0
  AND ((warned_soon = 0 AND due <= $2) OR due < $3) AND kase > $4
ORDER BY kase LIMIT $5;

-- Every open case, for a calendar that has changed.
-- name: cases_open (i64 authority, i64 after, i64 limit) -> many cases_to_warn
SELECT id FROM cases WHERE authority = $1 AND ended = 0 AND id > $2 ORDER BY id LIMIT $3;

-- The versions that open cases follow.
-- name: policies_of_open_cases (i64 authority) -> many (text policy)
SELECT DISTINCT policy FROM cases WHERE authority = $1 AND ended = 0 ORDER BY policy;

-- Roles that have something to do in an open case.
-- name: roles_of_open_cases (i64 authority) -> many (text role)
SELECT DISTINCT role FROM tasks WHERE authority = $1 AND state < 2 ORDER BY role;

-- name: cases_waiting_for (i64 authority, text role, i64 limit) -> many (text number)
SELECT DISTINCT c.number FROM tasks t JOIN cases c ON c.id = t.kase
WHERE t.authority = $1 AND t.state < 2 AND t.role = $2 ORDER BY c.number LIMIT $3;

-- How many open cases wait in each step, under which version.
-- name: steps_of_open_cases (i64 authority) -> many (text policy, text procedure, text step, i64 count)
SELECT c.policy, c.procedure, t.step, COUNT(DISTINCT c.id) FROM tasks t JOIN cases c ON c.id = t.kase
WHERE t.authority = $1 AND t.state < 2
GROUP BY c.policy, c.procedure, t.step ORDER BY c.procedure, t.step, c.policy;

-- name: forget_refusals (i64 before_day) -> put
DELETE FROM refusal_counts WHERE day < $1;

-- Who owes a duty of that period already.
-- name: duties_of (i64 authority, text procedure, i64 period) -> many (i64 opener)
SELECT opener FROM cases WHERE authority = $1 AND procedure = $2 AND period = $3 ORDER BY opener;

-- name: duty_of (i64 authority, text procedure, i64 period, i64 opener) -> one (i64 id)
SELECT id FROM cases
WHERE authority = $1 AND procedure = $2 AND period = $3 AND opener = $4 ORDER BY id LIMIT 1;

-- name: duty_last (i64 authority, text procedure, i64 opener) -> one (i64 id, i64 period)
SELECT id, period FROM cases
WHERE authority = $1 AND procedure = $2 AND opener = $3 AND period > 0 ORDER BY id DESC LIMIT 1;

-- The case that an act in another one started, about the same system.
-- name: case_started (i64 system, i64 cause) -> one (i64 id)
SELECT id FROM cases WHERE system = $1 AND cause = $2 ORDER BY id DESC LIMIT 1;
