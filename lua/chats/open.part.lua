-- open.part.lua: a chat's next conversation opens, and waits. A part: `--include chats/open`, where `chat` is the hash of
-- the live state, `conversation` its id, `iso` and `moment` (ms) the time; then `opened` is what a fact says of it.
redis.call('HDEL', chat, 'assignee', 'assignee_name', 'assigned_at', 'team', 'skills', 'priority', 'relaxed', 'declined',
    'offered', 'offer_until', 'line')
redis.call('HSET', chat, 'conversation', conversation, 'opened_at', iso, 'place', moment, 'status', 'waiting', 'version', 1)
opened = '"conversation":{"id":"' .. conversation .. '","status":"waiting","version":1,"opened_at":"' .. iso
    .. '","assigned_at":null,"assignee_id":null,"place":' .. moment .. '}'
