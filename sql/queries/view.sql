-- Queries of the view room: lists, pages, names. All by keyset, newest or most urgent first.

-- row: work (i64 kase, text number, text title, text procedure, text policy, i64 opener, i64 ended, i64 priority, text case_outcome, i64 task, text step, i64 round, i64 organisation, i64 state, i64 opened_on, i64? due, i64 sort_due, text basis, i64 local, text outcome, i64? decided_on, i64 cursor)

-- row: count (i64 count)

-- name: work_todo (i64 organisation, text role, i64 after_due, i64 after_task, i64 limit) -> many work
SELECT c.id, c.number, c.title, c.procedure, c.policy, c.opener, c.ended, c.priority, c.outcome, t.id, t.step,
  t.round, t.organisation, t.state, t.opened_on, t.due, t.sort_due, t.basis, t.local, t.outcome,
  t.closed_on, t.id
FROM tasks t JOIN cases c ON c.id = t.kase
WHERE t.organisation = $1 AND t.role = $2 AND t.state = 0 AND (t.sort_due, t.id) > ($3, $4)
ORDER BY t.sort_due, t.id LIMIT $5;

-- name: work_done (i64 person, i64 post, i64 before, i64 limit) -> many work
SELECT c.id, c.number, c.title, c.procedure, c.policy, c.opener, c.ended, c.priority, c.outcome, t.id, t.step,
  t.round, t.organisation, 2, t.opened_on, t.due, t.sort_due, t.basis, t.local, d.outcome,
  d.decided_on, d.id
FROM decisions d JOIN tasks t ON t.id = d.task JOIN cases c ON c.id = d.kase
WHERE d.person = $1 AND d.post = $2 AND d.id < $3
ORDER BY d.id DESC LIMIT $4;

-- name: work_mine (i64 opener, i64 before, i64 limit) -> many work
SELECT c.id, c.number, c.title, c.procedure, c.policy, c.opener, c.ended, c.priority, c.outcome, t.id, t.step,
  t.round, t.organisation, t.state, t.opened_on, t.due, t.sort_due, t.basis, t.local, t.outcome,
  t.closed_on, c.id
FROM cases c JOIN tasks t ON t.id = c.task
WHERE c.opener = $1 AND c.id < $2
ORDER BY c.id DESC LIMIT $3;

-- name: work_all (i64 authority, i64 before, i64 limit) -> many work
SELECT c.id, c.number, c.title, c.procedure, c.policy, c.opener, c.ended, c.priority, c.outcome, t.id, t.step,
  t.round, t.organisation, t.state, t.opened_on, t.due, t.sort_due, t.basis, t.local, t.outcome,
  t.closed_on, c.id
FROM cases c JOIN tasks t ON t.id = c.task
WHERE c.authority = $1 AND c.id < $2
ORDER BY c.id DESC LIMIT $3;

-- name: work_party (i64 organisation, i64 before, i64 limit) -> many work
SELECT c.id, c.number, c.title, c.procedure, c.policy, c.opener, c.ended, c.priority, c.outcome, t.id, t.step,
  t.round, t.organisation, t.state, t.opened_on, t.due, t.sort_due, t.basis, t.local, t.outcome,
  t.closed_on, c.id
FROM parties p JOIN cases c ON c.id = p.kase JOIN tasks t ON t.id = c.task
WHERE p.organisation = $1 AND p.kase < $2
ORDER BY p.kase DESC LIMIT $3;

-- row: offered (i64 id, text number, text title)

-- Cases of a procedure that a form may cite.
-- name: cases_offered (i64 authority, text procedure, i64 limit) -> many offered
SELECT id, number, title FROM cases WHERE authority = $1 AND procedure = $2
ORDER BY id DESC LIMIT $3;

-- name: cases_offered_to (i64 authority, text procedure, i64 organisation, i64 limit) -> many offered
SELECT c.id, c.number, c.title FROM cases c JOIN parties p ON p.kase = c.id
WHERE c.authority = $1 AND c.procedure = $2 AND p.organisation = $3
ORDER BY c.id DESC LIMIT $4;

-- Open cases that stand at a step of a version of the policy, each once, though several sign it.

-- name: work_at_all (i64 authority, text policy, text procedure, text step, i64 before, i64 limit) -> many work
SELECT c.id, c.number, c.title, c.procedure, c.policy, c.opener, c.ended, c.priority, c.outcome, t.id, t.step,
  t.round, t.organisation, t.state, t.opened_on, t.due, t.sort_due, t.basis, t.local, t.outcome,
  t.closed_on, c.id
FROM cases c JOIN tasks t ON t.kase = c.id
WHERE c.authority = $1 AND c.policy = $2 AND c.procedure = $3 AND t.step = $4 AND t.state < 2
  AND c.id < $5 AND NOT EXISTS (SELECT 1 FROM tasks o
    WHERE o.kase = t.kase AND o.step = t.step AND o.state < 2 AND o.id < t.id)
ORDER BY c.id DESC LIMIT $6;

-- name: work_at_party (i64 organisation, text policy, text procedure, text step, i64 before, i64 limit) -> many work
SELECT c.id, c.number, c.title, c.procedure, c.policy, c.opener, c.ended, c.priority, c.outcome, t.id, t.step,
  t.round, t.organisation, t.state, t.opened_on, t.due, t.sort_due, t.basis, t.local, t.outcome,
  t.closed_on, c.id
FROM parties p JOIN cases c ON c.id = p.kase JOIN tasks t ON t.kase = c.id
WHERE p.organisation = $1 AND c.policy = $2 AND c.procedure = $3 AND t.step = $4 AND t.state < 2
  AND c.id < $5 AND NOT EXISTS (SELECT 1 FROM tasks o
    WHERE o.kase = t.kase AND o.step = t.step AND o.state < 2 AND o.id < t.id)
ORDER BY c.id DESC LIMIT $6;

-- How many cases stand at each step now.
-- row: running (text policy, text procedure, text step, i64 cases)

-- name: running_all (i64 authority) -> many running
SELECT c.policy, c.procedure, t.step, COUNT(DISTINCT c.id)
FROM tasks t JOIN cases c ON c.id = t.kase WHERE c.authority = $1 AND t.state < 2
GROUP BY c.policy, c.procedure, t.step ORDER BY c.policy, c.procedure, t.step;

-- name: running_party (i64 organisation) -> many running
SELECT c.policy, c.procedure, t.step, COUNT(DISTINCT c.id)
FROM parties p JOIN cases c ON c.id = p.kase JOIN tasks t ON t.kase = c.id
WHERE p.organisation = $1 AND t.state < 2
GROUP BY c.policy, c.procedure, t.step ORDER BY c.policy, c.procedure, t.step;

-- name: count_todo (i64 organisation, text role) -> one count
SELECT COUNT(*) FROM tasks WHERE organisation = $1 AND role = $2 AND state = 0;

-- name: count_overdue (i64 organisation, text role, i64 today) -> one count
SELECT COUNT(*) FROM tasks WHERE organisation = $1 AND role = $2 AND state = 0 AND due < $3;

-- name: count_done (i64 person, i64 post) -> one count
SELECT COUNT(*) FROM decisions WHERE person = $1 AND post = $2;

-- name: count_mine (i64 opener) -> one count
SELECT COUNT(*) FROM cases WHERE opener = $1;

-- name: count_all (i64 authority) -> one count
SELECT COUNT(*) FROM cases WHERE authority = $1;

-- name: count_party (i64 organisation) -> one count
SELECT COUNT(*) FROM parties WHERE organisation = $1;

-- Systems newest first: all of an authority, or those that a body owns or provides for.

-- name: systems_of_authority (i64 authority, i64 before, i64 limit) -> many system
SELECT @system FROM systems WHERE authority = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- name: systems_of_body (i64 owner, i64 provider, i64 before, i64 limit) -> many system
SELECT @system FROM systems WHERE (owner = $1 OR provider = $2) AND id < $3
ORDER BY id DESC LIMIT $4;

-- name: systems_listed (text list, i64 authority, i64 before, i64 limit) -> many system
SELECT @system:s FROM listings l JOIN systems s ON s.id = l.system
WHERE l.list = $1 AND l.gone = 0 AND s.authority = $2 AND s.id < $3 ORDER BY s.id DESC LIMIT $4;

-- name: listings_count (text list, i64 authority) -> one count
SELECT COUNT(*) FROM listings l JOIN systems s ON s.id = l.system
WHERE l.list = $1 AND l.gone = 0 AND s.authority = $2;

-- Cases about a system newest first: all, or those that a body takes part in.

-- name: cases_of_system (i64 system, i64 limit) -> many kase
SELECT @kase FROM cases WHERE system = $1 ORDER BY id DESC LIMIT $2;

-- name: cases_of_system_party (i64 system, i64 organisation, i64 limit) -> many kase
SELECT @kase:c FROM cases c JOIN parties p ON p.kase = c.id
WHERE c.system = $1 AND p.organisation = $2 ORDER BY c.id DESC LIMIT $3;

-- name: records_of_register (i64 authority, text register_id, i64 before, i64 limit) -> many record
SELECT @record FROM records WHERE authority = $1 AND register_id = $2 AND id < $3
ORDER BY id DESC LIMIT $4;

-- name: records_of_organisation (i64 organisation, text register_id, i64 before, i64 limit) -> many record
SELECT @record FROM records WHERE organisation = $1 AND register_id = $2 AND id < $3
ORDER BY id DESC LIMIT $4;

-- Notices that an organisation has still to receive.
-- name: count_notices (i64 organisation, text role) -> one count
SELECT COUNT(*) FROM notices WHERE organisation = $1 AND role = $2 AND received_on IS NULL;

-- row: waiting_notice (i64 id, i64 kase, i64 decision, i64 sent_on, text number, text title, text procedure, text policy, text step, text outcome)

-- name: notices_waiting (i64 organisation, text role, i64 limit) -> many waiting_notice
SELECT n.id, n.kase, n.decision, n.sent_on, c.number, c.title, c.procedure, c.policy, d.step, d.outcome
FROM notices n JOIN cases c ON c.id = n.kase JOIN decisions d ON d.id = n.decision
WHERE n.organisation = $1 AND n.role = $2 AND n.received_on IS NULL ORDER BY n.id LIMIT $3;
