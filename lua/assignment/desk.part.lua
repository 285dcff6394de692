-- desk.part.lua: what every step of assignment is made of. A part: `--include assignment/desk` puts it into a script.
--
-- All keys are of one account, in its cell, and follow from `tag` ("{cN}:") and `account`:
--
--   ACCOUNT:assignment        hash    epoch in which the lines were made; another one than the cell's means: not yet
--   ACCOUNT:lines, :agents    set     ids of what there is
--   ACCOUNT:line:LINE         hash    mode, weight, limit, wait_ms, widen_ms, overflow, offer_ms, reply_ms; moves, pace,
--                                     left_at
--   ACCOUNT:line:LINE:waiting zset    chat -> when it came, ms, less the head start of its priority
--   ACCOUNT:line:LINE:ready   zset    agent with room for one more -> load, then when they last got one
--   ACCOUNT:line:LINE:told    zset    chat -> at how many moves of the line its visitor is told a place again
--   ACCOUNT:agent:AGENT       hash    name, here, chosen, load, capacity, got_at, lines, grace_ms
--   ACCOUNT:agent:AGENT:open  zset    chat -> what it weighs of the agent's capacity
--   ACCOUNT:arrivals          zset    chat -> when it came, ms: waiting for lines to be made
--   assignment:timers         zset    "KIND ACCOUNT ID" -> due, ms
--   assignment:todo, :cold    set     ACCOUNT whose lines are to be made; "ACCOUNT CHAT" to be seeded
--
-- Of a chat it keeps: inbox team skills priority place line previous offered declined (see Support/Chats/ChatKeys).
-- `options` is "staff's log length, entries; idle chats expire after, s". Costs O(log n) a step, and O(lines) an agent.
local function open_desk(tag, account, options)
    local desk, root, timers = {}, tag .. account .. ':', tag .. 'assignment:timers'
    local log_length = options:match('^%d+')
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local epoch = redis.call('HGET', tag .. 'cell', 'epoch')
    local function text(number) return string.format('%.0f', number) end
    local function chat_key(id) return root .. 'chat:' .. id end
    local function agent_key(id) return root .. 'agent:' .. id end
    local function line_key(id) return root .. 'line:' .. id end
    local function quoted(id) return id and '"' .. id .. '"' or 'null' end
    desk.now, desk.root = now, root

    -- Days since 1970 to a date, by the calendar's 400 years (H. Hinnant, chrono-compatible date algorithms).
    function desk.iso(ms)
        local days = math.floor(ms / 86400000)
        local z, rest = days + 719468, ms % 86400000
        local era = math.floor(z / 146097)
        local doe = z - era * 146097
        local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
        local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
        local mp = math.floor((5 * doy + 2) / 153)
        local month = mp < 10 and mp + 3 or mp - 9
        local year = yoe + era * 400 + (month <= 2 and 1 or 0)
        return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%03dZ', year, month,
            doy - math.floor((153 * mp + 2) / 5) + 1, math.floor(rest / 3600000), math.floor(rest / 60000) % 60,
            math.floor(rest / 1000) % 60, rest % 1000)
    end

    function desk.is_ready() return epoch and redis.call('HGET', root .. 'assignment', 'epoch') == epoch end
    function desk.arm(kind, id, due) redis.call('ZADD', timers, due, kind .. ' ' .. account .. ' ' .. id) end
    function desk.disarm(kind, id) redis.call('ZREM', timers, kind .. ' ' .. account .. ' ' .. id) end
    function desk.is_warm(id) return epoch and redis.call('HGET', chat_key(id), 'epoch') == epoch end
    function desk.warm_later(id)
        redis.call('SADD', tag .. 'assignment:cold', account .. ' ' .. id)
    end

    function desk.tell_staff(news)
        local log = root .. 'staff:log'
        local entry = redis.call('XADD', log, 'MAXLEN', '~', log_length, '0-*', 'm', news)
        redis.call('SPUBLISH', root .. 'staff', string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)
    end

    -- Where a chat waits: the line, and its place there from 1; nil when it does not.
    function desk.place_of(id, line)
        local rank = line and redis.call('ZRANK', line_key(line) .. ':waiting', id)
        rank = rank or redis.call('ZRANK', root .. 'arrivals', id)
        return rank and rank + 1 or nil
    end

    -- How long until it is that place's turn, in s, by how fast the line has moved lately; nil when that is not known.
    function desk.estimate(line, place)
        local pace = line and place and redis.call('HGET', line_key(line), 'pace')
        return pace and math.ceil(place * pace / 1000) or nil
    end

    -- What the chat's two sides see of its conversation, and nothing that only staff may see.
    function desk.tell_chat(id)
        local s = redis.call('HMGET', chat_key(id), 'conversation', 'status', 'assignee', 'assignee_name', 'line')
        local place = s[2] == 'waiting' and desk.place_of(id, s[5])
        local wait = place and desk.estimate(s[5], place)
        redis.call('SPUBLISH', chat_key(id), '\n{"type":"conversation","conversation":{"id":"' .. s[1]
            .. '","status":"' .. s[2] .. '","position":' .. (place or 'null') .. (wait and ',"estimate_s":' .. wait or '')
            .. ',"assignee":' .. (s[3] and '{"id":"' .. s[3] .. '","name":' .. s[4] .. '}' or 'null') .. '}}')
    end

    -- Writes down how the conversation is now, in the journal and on the staff's screens. `cause` says why it changed,
    -- `actor` who did it, if anybody.
    function desk.record(id, cause, actor, more)
        local key = chat_key(id)
        local version = redis.call('HINCRBY', key, 'version', 1)
        local s = redis.call('HMGET', key, 'tenant', 'conversation', 'status', 'opened_at', 'assigned_at', 'assignee',
            'assignee_name', 'team', 'priority', 'place', 'skills', 'offered', 'offer_until')
        local shared = '"status":"' .. s[3] .. '","team_id":' .. quoted(s[8]) .. ',"priority":' .. (s[9] or '1')
        redis.call('XADD', tag .. 'journal', '*', 'f', '{"kind":"conversation.changed","at":"' .. desk.iso(now) .. '",'
            .. s[1] .. ',"cause":"' .. cause .. '","actor_id":' .. quoted(actor) .. (more or '')
            .. ',"conversation":{"id":"' .. s[2] .. '",' .. shared .. ',"version":' .. text(version)
            .. ',"opened_at":"' .. s[4] .. '","assigned_at":' .. quoted(s[5]) .. ',"assignee_id":' .. quoted(s[6])
            .. ',"place":' .. (s[10] or 'null') .. ',"skills":"' .. (s[11] or '') .. '"}}')
        desk.tell_staff('{"type":"chat_updated","chat":{"id":"' .. id .. '",' .. shared
            .. ',"assignee":' .. (s[6] and '{"id":"' .. s[6] .. '","name":' .. s[7] .. '}' or 'null')
            .. (s[12] and ',"offer":{"agent_id":"' .. s[12] .. '","until":"' .. s[13] .. '"}' or ',"offer":null')
            .. '},"cause":"' .. cause .. '"}')
    end

    --include assignment/agents
    --include assignment/lines
    return desk
end
