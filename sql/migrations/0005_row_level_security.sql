-- The second wall between tenants. Every query names its account_id; beneath it, whoever works for one
-- account does so as the role switchboard_app, which sees the rows of switchboard.account_id and no others.
-- The owner of the tables (workers, migrations, look-ups by public token) is not bound by it.

DO $$ BEGIN
    CREATE ROLE switchboard_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;   -- roles are shared by all databases of a server
END $$;
DO $$ BEGIN
    EXECUTE format('GRANT switchboard_app TO %I', current_user);
EXCEPTION WHEN OTHERS THEN
    IF NOT pg_has_role(current_user, 'switchboard_app', 'MEMBER') THEN RAISE; END IF;
END $$;
GRANT USAGE ON SCHEMA public TO switchboard_app;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['agents', 'inboxes', 'contacts', 'support_chats', 'conversations', 'support_messages'] LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO switchboard_app', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY account ON %I TO switchboard_app USING '
            '(account_id = nullif(current_setting(''switchboard.account_id'', true), '''')::uuid)', name);
    END LOOP;
END $$;
GRANT SELECT ON accounts TO switchboard_app;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY account ON accounts TO switchboard_app
    USING (id = nullif(current_setting('switchboard.account_id', true), '')::uuid);
