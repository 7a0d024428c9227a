-- Queries of the journal room. The form of a query's header is described in tools/sqlgen.py.

-- row: entry from entries
-- row: tile from tiles
-- row: checkpoint from checkpoints
-- row: head from head

-- name: append_entry (i64 idx, text stream, i64 seq, blob bytes, blob leaf) -> put
INSERT INTO entries (idx, stream, seq, bytes, leaf) VALUES ($1, $2, $3, $4, $5);

-- name: append_tile (i64 level, i64 number, blob hashes) -> put
INSERT INTO tiles (level, number, hashes) VALUES ($1, $2, $3);

-- name: append_checkpoint (i64 number, i64 size, text note) -> put
INSERT INTO checkpoints (number, size, note) VALUES ($1, $2, $3);

-- name: insert_head (i64 size, i64 at_ms, i64 epoch, text mac) -> put
INSERT INTO head (id, size, at_ms, epoch, mac) VALUES (1, $1, $2, $3, $4);

-- Changes nothing when a stranger has appended: the commit then fails with CONFLICT.
-- name: move_head (i64 size, i64 at_ms, text mac, i64 old_size, i64 epoch) -> put one
UPDATE head SET size = $1, at_ms = $2, mac = $3 WHERE id = 1 AND size = $4 AND epoch = $5;

-- name: head () -> one head
SELECT @head FROM head WHERE id = 1;

-- name: entry (i64 idx) -> one entry
SELECT @entry FROM entries WHERE idx = $1;

-- name: entries_from (i64 idx, i64 limit) -> many entry
SELECT @entry FROM entries WHERE idx >= $1 ORDER BY idx LIMIT $2;

-- name: entry_last () -> one entry
SELECT @entry FROM entries ORDER BY idx DESC LIMIT 1;

-- All of [idx, end_idx), one after the other.
-- name: entries_between (i64 idx, i64 end_idx) -> each entry
SELECT @entry FROM entries WHERE idx >= $1 AND idx < $2 ORDER BY idx;

-- row: leaf (i64 idx, blob leaf)

-- name: leaves_from (i64 idx, i64 limit) -> many leaf
SELECT idx, leaf FROM entries WHERE idx >= $1 ORDER BY idx LIMIT $2;

-- name: entries_of_stream (text stream, i64 after_seq, i64 limit) -> many entry
SELECT @entry FROM entries WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3;

-- name: stream_end (text stream) -> one (i64 seq)
SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM entries WHERE stream = $1;

-- name: entries_count () -> one (i64 count)
SELECT COUNT(*) FROM entries;

-- name: tile (i64 level, i64 number) -> one tile
SELECT @tile FROM tiles WHERE level = $1 AND number = $2;

-- row: tile_name (i64 level, i64 number)

-- The first tile of a level from a number on; the first that is below 0 or above a level.
-- name: tile_from (i64 level, i64 number) -> one tile_name
SELECT level, number FROM tiles WHERE level = $1 AND number >= $2 ORDER BY number LIMIT 1;

-- name: tile_outside (i64 top) -> one tile_name
SELECT level, number FROM tiles WHERE level < 0 OR level > $1 ORDER BY level, number LIMIT 1;

-- name: checkpoint_last () -> one checkpoint
SELECT @checkpoint FROM checkpoints ORDER BY number DESC LIMIT 1;

-- name: checkpoint_covering (i64 size) -> one checkpoint
SELECT @checkpoint FROM checkpoints WHERE size >= $1 ORDER BY size LIMIT 1;

-- name: checkpoints_from (i64 number, i64 limit) -> many checkpoint
SELECT @checkpoint FROM checkpoints WHERE number >= $1 ORDER BY number LIMIT $2;
