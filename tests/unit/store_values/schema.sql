-- Tables that show every type, with and without NULL, and every kind of key.

-- class: derived
CREATE TABLE entries (
  id BIGINT NOT NULL PRIMARY KEY,
  i BIGINT,
  t TEXT,
  b BLOB
);

-- class: kept
CREATE TABLE words (
  word TEXT NOT NULL PRIMARY KEY,
  rank BIGINT NOT NULL
);
CREATE INDEX words_by_rank ON words (rank DESC, word);

-- class: work
CREATE TABLE pairs (
  word TEXT NOT NULL,
  number BIGINT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (word, number)
);
