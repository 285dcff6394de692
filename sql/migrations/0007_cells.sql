-- The cell of Redis that an account's live state is in is chosen when the account is made, and stays: the state of its
-- open chats could not follow. Accounts from before are in the first one.

ALTER TABLE accounts ADD CONSTRAINT accounts_cell_check CHECK (cell BETWEEN 0 AND 1023);

CREATE FUNCTION refuse_other_cell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an account stays in its cell' USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER accounts_cell BEFORE UPDATE OF cell ON accounts
    FOR EACH ROW WHEN (new.cell <> old.cell) EXECUTE FUNCTION refuse_other_cell();
