-- desk.part.lua: what every step of assignment is made of. A part: `--include assignment/desk` puts it into a script.
--
-- All keys are of one account, in its cell, and follow from `tag` ("{cN}:") and `account`:
--
--   ACCOUNT:assignment        hash    epoch in which the lines were made; another one than the cell's means: not yet
--   ACCOUNT:lines, :agents    set     ids of what there is
--   ACCOUNT:line:LINE         hash    mode, closed, weight, limit, wait_ms, widen_ms, overflow, offer_ms, reply_ms; moves,
--                                     pace, left_at
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
-- A chat, a line or an agent is read once, into a table that the steps hand on: in here a command costs less than a read
-- that was not needed. Whoever writes such a hash by themselves does so before they ask the desk for it.
local function open_desk(tag, account, options, epoch)
    local desk, root, timers = {}, tag .. account .. ':', tag .. 'assignment:timers'
    local time, lines, is_made, iso_now = redis.call('TIME'), {}, nil, nil
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    epoch = epoch or redis.call('HGET', tag .. 'cell', 'epoch')
    local function text(number) return string.format('%.0f', number) end
    local function quoted(id) return id and '"' .. id .. '"' or 'null' end
    desk.now, desk.root = now, root

    -- Days since 1970 to a date, by the calendar's 400 years (H. Hinnant, chrono-compatible date algorithms).
    local function iso(ms)
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

    -- Whether the lines are made; it is asked again after they have been.
    function desk.is_ready(again)
        if is_made == nil or again then
            is_made = epoch and redis.call('HGET', root .. 'assignment', 'epoch') == epoch or false
        end
        return is_made
    end
    function desk.arm(kind, id, due) redis.call('ZADD', timers, due, kind .. ' ' .. account .. ' ' .. id) end
    function desk.disarm(kind, id) redis.call('ZREM', timers, kind .. ' ' .. account .. ' ' .. id) end
    function desk.is_warm(id) return epoch and redis.call('HGET', root .. 'chat:' .. id, 'epoch') == epoch end
    function desk.warm_later(id)
        redis.call('SADD', tag .. 'assignment:cold', account .. ' ' .. id)
    end

    -- What is kept of a chat. To one from before there were lines its inbox is given, which facts of it name, and a place.
    function desk.chat(id)
        local key = root .. 'chat:' .. id
        local s = redis.call('HMGET', key, 'epoch', 'tenant', 'conversation', 'status', 'version', 'opened_at',
            'assigned_at', 'assignee', 'assignee_name', 'inbox', 'team', 'skills', 'relaxed', 'priority', 'place', 'line',
            'previous', 'offered', 'offer_until', 'declined', 'replied')
        if not s[10] and s[2] then
            s[10], s[15] = s[2]:match('"inbox_id":"([^"]+)"') or false, s[15] or text(now)
            if s[10] then redis.call('HSET', key, 'inbox', s[10], 'place', s[15]) end
        end
        return { id = id, key = key, is_warm = epoch and s[1] == epoch, tenant = s[2], conversation = s[3],
            status = s[4], version = s[5], opened_at = s[6], assigned_at = s[7], assignee = s[8], assignee_name = s[9],
            inbox = s[10], team = s[11], skills = s[12], relaxed = s[13],
            priority = s[14], place = s[15], line = s[16], previous = s[17], offered = s[18], offer_until = s[19],
            declined = s[20], replied = s[21] }
    end

    -- Changes a chat's state, one version on; the fields in `c` are the caller's to change.
    local function write(c, ...)
        c.version = text((c.version or 0) + 1)
        redis.call('HSET', c.key, 'version', c.version, ...)
    end

    -- A line and its rules; `mode` is false while there is none.
    function desk.line(name)
        local l = lines[name]
        if l then return l end
        local key = root .. 'line:' .. name
        local s = redis.call('HMGET', key, 'mode', 'weight', 'limit', 'wait_ms', 'widen_ms', 'offer_ms', 'reply_ms',
            'moves', 'pace', 'left_at', 'closed')
        l = { name = name, key = key, waiting = key .. ':waiting', ready = key .. ':ready', mode = s[1],
            weight = tonumber(s[2] or 100), limit = tonumber(s[3] or 0), wait = tonumber(s[4] or 0),
            widen = tonumber(s[5] or 0), offer = tonumber(s[6] or 30000), reply = tonumber(s[7] or 0),
            moves = tonumber(s[8] or 0), pace = s[9], left_at = s[10], is_closed = s[11] == '1' }
        lines[name] = l
        return l
    end
    function desk.weight_of(line) return line and desk.line(line).weight or 100 end

    -- Where a chat waits: its place in its line from 1; nil when it does not wait.
    function desk.place_of(c)
        local rank = c.line and redis.call('ZRANK', desk.line(c.line).waiting, c.id)
        rank = rank or redis.call('ZRANK', root .. 'arrivals', c.id)
        return rank and rank + 1 or nil
    end

    -- What the chat's two sides see of its conversation, and nothing that only staff may see. How long it is until it is
    -- that place's turn, in s, is told by how fast the line has moved lately, if that is known.
    function desk.tell_chat(c, place)
        place = c.status == 'waiting' and (place or desk.place_of(c))
        local pace = place and c.line and desk.line(c.line).pace
        redis.call('SPUBLISH', c.key, '\n{"type":"conversation","conversation":{"id":"' .. c.conversation
            .. '","status":"' .. c.status .. '","position":' .. (place or 'null')
            .. (pace and ',"estimate_s":' .. math.ceil(place * pace / 1000) or '') .. ',"assignee":'
            .. (c.assignee and '{"id":"' .. c.assignee .. '","name":' .. c.assignee_name .. '}' or 'null') .. '}}')
    end

    -- Tells how the conversation is now, in the journal and on the staff's screens. `cause` says why it changed, `actor`
    -- who did it, if anybody.
    local function record(c, cause, actor, more)
        iso_now = iso_now or iso(now)
        local shared = '"status":"' .. c.status .. '","team_id":' .. quoted(c.team) .. ',"priority":' .. (c.priority or '1')
        redis.call('XADD', tag .. 'journal', '*', 'f', '{"kind":"conversation.changed","at":"' .. iso_now .. '",'
            .. c.tenant .. ',"cause":"' .. cause .. '","actor_id":' .. quoted(actor) .. (more or '')
            .. ',"conversation":{"id":"' .. c.conversation .. '",' .. shared .. ',"version":' .. c.version
            .. ',"opened_at":"' .. c.opened_at .. '","assigned_at":' .. quoted(c.assigned_at) .. ',"assignee_id":'
            .. quoted(c.assignee) .. ',"place":' .. (c.place or 'null') .. ',"skills":"' .. (c.skills or '') .. '"}}')
        local news = '{"type":"chat_updated","chat":{"id":"' .. c.id .. '",' .. shared .. ',"assignee":'
            .. (c.assignee and '{"id":"' .. c.assignee .. '","name":' .. c.assignee_name .. '}' or 'null')
            .. (c.offered and ',"offer":{"agent_id":"' .. c.offered .. '","until":"' .. c.offer_until .. '"}'
                or ',"offer":null') .. '},"cause":"' .. cause .. '"}'
        local entry = redis.call('XADD', root .. 'staff:log', 'MAXLEN', '~', options:match('^%d+'), '0-*', 'm', news)
        redis.call('SPUBLISH', root .. 'staff', string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)
    end

    -- Nothing but its version is new, and why is said.
    function desk.note(c, cause, actor)
        write(c)
        record(c, cause, actor)
    end

    --include assignment/agents
    --include assignment/lines
    return desk
end
