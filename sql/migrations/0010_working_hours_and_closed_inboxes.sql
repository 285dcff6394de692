-- When agents work, and inboxes that are closed.

-- Their hours as Support/Hours/HoursDocument has them; null: they say themselves when they are there. What they, or the
-- hours, have said last counts from availability_at on.
ALTER TABLE agents
    ADD COLUMN hours           jsonb,
    ADD COLUMN availability_at timestamptz NOT NULL DEFAULT now();

-- Since when nobody is served there any more.
ALTER TABLE inboxes ADD COLUMN closed_at timestamptz;
