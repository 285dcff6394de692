-- How far each cell's journal is in the database. A batch of facts and this position are written in one
-- transaction, compare-and-set, which is what makes persisting exactly once.

CREATE TABLE journal_positions (
    cell       smallint PRIMARY KEY,
    epoch      text NOT NULL,                          -- names one unbroken life of the cell's data in Redis
    position   text NOT NULL,                          -- a Redis stream id
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Facts that PostgreSQL refuses for what they are (not for how it is). They are set aside, never dropped.
CREATE TABLE journal_dead_letters (
    cell       smallint NOT NULL,
    epoch      text NOT NULL,
    position   text NOT NULL,
    fact       bytea NOT NULL,
    error      text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cell, epoch, position)
);
