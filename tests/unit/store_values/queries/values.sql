-- row: value from entries
-- row: word from words
-- row: pair from pairs
-- row: joined (text word, i64 rank,
--              i64? number)

-- name: add_value (i64 id, i64? i, text? t, blob? b) -> put
INSERT INTO entries (id, i, t, b) VALUES ($1, $2, $3, $4);

-- name: save_value (@value) -> put
INSERT INTO entries (@value) VALUES ($@value) ON CONFLICT (id) DO UPDATE SET @value=excluded;

-- name: value (i64 id) -> one value
SELECT @value FROM entries WHERE id = $1;

-- name: value_like (i64? i, text? t, blob? b) -> one value
SELECT @value FROM entries
WHERE i IS NOT DISTINCT FROM $1 AND t IS NOT DISTINCT FROM $2 AND b IS NOT DISTINCT FROM $3
ORDER BY id LIMIT 1;

-- name: values_by_text () -> many value
SELECT @value FROM entries ORDER BY t NULLS FIRST, id;

-- name: any_of_text (text t) -> one value
SELECT @value FROM entries WHERE t = $1;

-- name: each_value (i64 from_id) -> each value
SELECT @value FROM entries WHERE id >= $1 ORDER BY id;

-- name: add_word (text word, i64 rank) -> put
INSERT INTO words (word, rank) VALUES ($1, $2);

-- name: add_ranks (i64 by) -> put
UPDATE words SET rank = rank + $1;

-- name: drop_word (text word) -> put one
DELETE FROM words WHERE word = $1;

-- name: each_word () -> each word
SELECT @word FROM words ORDER BY word;

-- name: rank_sum () -> one (i64? sum)
SELECT CAST(SUM(rank) AS BIGINT) FROM words;

-- name: add_pair (@pair) -> put
INSERT INTO pairs (@pair) VALUES ($@pair);

-- name: words_with_pairs () -> many joined
SELECT w.word, w.rank, p.number
FROM words w LEFT JOIN pairs p ON p.word = w.word
ORDER BY w.word, p.number NULLS LAST;

-- name: literals (i64 x) -> one (i64 one, i64 minus, text word, i64 chosen)
SELECT 1, -7, 'word', CASE WHEN $1 > 0 THEN 1 ELSE 0 END;
