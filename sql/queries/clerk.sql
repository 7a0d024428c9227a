-- Queries of the clerk: what time brings, and what is counted beside the journal.

-- Cases with a task that a tick may have to warn of: open, unwarned, due on or before the day.
-- name: cases_to_warn (i64 authority, i64 day, i64 today, i64 after, i64 limit) -> many (i64 kase)
SELECT DISTINCT kase FROM tasks
WHERE authority = $1 AND state = 0 AND warned_overdue = 0
  AND ((warned_soon = 0 AND sort_due <= $2) OR sort_due < $3) AND kase > $4
ORDER BY kase LIMIT $5;

-- The versions that open cases follow.
-- name: policies_of_open_cases (i64 authority) -> many (text policy)
SELECT DISTINCT policy FROM cases WHERE authority = $1 AND ended = 0 ORDER BY policy;

-- name: forget_refusals (i64 before_day) -> put
DELETE FROM refusal_counts WHERE day < $1;
