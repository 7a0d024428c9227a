-- Queries of the door: sessions, uploads, the bytes of attachments. The form of a query's header
-- is described in tools/sqlgen.py.

-- row: session from sessions
-- row: upload from uploads
-- row: upload_chunk (blob bytes)

-- name: session (text token) -> one session
SELECT @session FROM sessions WHERE token = $1;

-- name: save_session (@session) -> put
INSERT INTO sessions (@session) VALUES ($@session)
  ON CONFLICT (token) DO UPDATE SET @session=excluded;

-- name: delete_session (text token) -> put
DELETE FROM sessions WHERE token = $1;

-- Rows past either limit; a bounded number, so that no commit waits for a large one.
-- name: delete_old_sessions (i64 seen_before, i64 created_before, i64 limit) -> put
DELETE FROM sessions WHERE token IN (SELECT token FROM sessions
  WHERE seen_at < $1 OR created_at < $2 ORDER BY token LIMIT $3);

-- The post that somebody begins the day with.
-- name: first_post (i64 person) -> one (i64 id)
SELECT id FROM posts WHERE person = $1 ORDER BY id LIMIT 1;

-- name: upload (i64 id) -> one upload
SELECT @upload FROM uploads WHERE id = $1;

-- name: insert_upload (@upload) -> put
INSERT INTO uploads (@upload) VALUES ($@upload);

-- name: uploads_of (i64 person) -> one (i64 count, i64 bytes)
SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM uploads WHERE person = $1;

-- name: advance_upload (i64 received, text digest, text chain, text mac, i64 id) -> put
UPDATE uploads SET received = $1, digest = $2, chain = $3, mac = $4 WHERE id = $5;

-- name: insert_upload_chunk (i64 upload, i64 number, blob bytes) -> put
INSERT INTO upload_chunks (upload, number, bytes) VALUES ($1, $2, $3);

-- row: whole_chunk from upload_chunks

-- name: upload_chunks_of (i64 upload) -> each whole_chunk
SELECT @whole_chunk FROM upload_chunks WHERE upload = $1 ORDER BY number;

-- name: upload_chunk (i64 upload, i64 number) -> one upload_chunk
SELECT bytes FROM upload_chunks WHERE upload = $1 AND number = $2;

-- name: old_uploads (i64 created_before, i64 limit) -> many (i64 id)
SELECT id FROM uploads WHERE created_at < $1 ORDER BY created_at, id LIMIT $2;

-- name: delete_upload_chunks (i64 upload) -> put
DELETE FROM upload_chunks WHERE upload = $1;

-- name: delete_upload (i64 id) -> put
DELETE FROM uploads WHERE id = $1;

-- One chunk of a kept file; number from 0.
-- name: attachment_chunk (i64 material, i64 number) -> one (blob bytes)
SELECT bytes FROM attachment_chunks WHERE material = $1 AND number = $2;

-- A case's entries for one page; the caller stops when the page is full.
-- name: entries_page (text stream, i64 after_seq, i64 limit) -> each entry
SELECT @entry FROM entries WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3;
