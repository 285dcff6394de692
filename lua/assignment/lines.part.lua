-- lines.part.lua: who waits where, and who is next. A part of assignment/desk, whose names it uses.

-- The line has changed: staff are told of its length within a second, once, however often it changes until then; and
-- so are those whose place has `moved`.
function desk.changed(line, moved)
    if moved then redis.call('HINCRBY', line_key(line), 'moves', 1) end
    redis.call('ZADD', timers, 'NX', now + 1000, 'told ' .. account .. ' ' .. line)
end

-- Tells a visitor their place, and notes when to do so again: further behind, a step matters less. So n people who wait
-- cost some twenty times ln n messages a step, and not n.
function desk.tell_place(id, line, place)
    local moves = redis.call('HINCRBY', line_key(line), 'moves', 0)
    redis.call('ZADD', line_key(line) .. ':told', moves + math.max(1, math.floor(place / 20)), id)
    desk.tell_chat(id)
end

-- Out of the line; `is_served` when because it was its turn, which says how fast the line is.
function desk.leave_line(id, line, is_served)
    redis.call('ZREM', root .. 'arrivals', id)
    if not line then return end
    local key = line_key(line)
    desk.disarm('wait', id)
    desk.disarm('widen', id)
    if redis.call('ZREM', key .. ':waiting', id) == 0 then return end
    redis.call('ZREM', key .. ':told', id)
    desk.changed(line, true)
    if not is_served then return end
    local l = redis.call('HMGET', key, 'left_at', 'pace')
    if l[1] then -- the mean time between two who are served, the last ones counting most
        local gap = math.min(now - l[1], 3600000)
        redis.call('HSET', key, 'pace', text(l[2] and l[2] * 0.8 + gap * 0.2 or gap))
    end
    redis.call('HSET', key, 'left_at', text(now))
end

local function declined(chat, agent) -- "AGENT:UNTIL AGENT:UNTIL"
    local list = redis.call('HGET', chat, 'declined')
    local last = list and list:match(agent:gsub('%-', '%%-') .. ':(%d+)')
    return last and tonumber(last) > now
end

-- It is this agent's now. What it was before has been undone.
function desk.assign(id, agent, cause, actor, more)
    local key = chat_key(id)
    local line = redis.call('HGET', key, 'line')
    desk.leave_line(id, line, true)
    redis.call('HSET', key, 'status', 'active', 'assignee', agent, 'assignee_name',
        redis.call('HGET', agent_key(agent), 'name') or '""', 'assigned_at', desk.iso(now), 'previous', agent)
    redis.call('HDEL', key, 'offered', 'offer_until', 'declined', 'replied')
    desk.hold(id, agent, desk.weight_of(line))
    local reply = line and tonumber(redis.call('HGET', line_key(line), 'reply_ms') or 0) or 0
    if reply > 0 then desk.arm('reply', id, now + reply) end
    desk.record(id, cause, actor, more)
    desk.tell_chat(id)
end

-- The agent may have it if they say so in time. It is in no line meanwhile, takes of their capacity, and keeps its place.
local function offer(id, agent, line, lasts)
    local key = chat_key(id)
    desk.leave_line(id, line, true)
    redis.call('HSET', key, 'offered', agent, 'offer_until', desk.iso(now + lasts))
    desk.hold(id, agent, desk.weight_of(line))
    desk.arm('offer', id, now + lasts)
    desk.record(id, 'offered')
end

local function give(id, agent, line)
    local l = redis.call('HMGET', line_key(line), 'mode', 'offer_ms')
    if l[1] == 'offer' then return offer(id, agent, line, tonumber(l[2] or 30000)) end
    desk.assign(id, agent, 'assigned')
end

-- Tries to find an agent for a chat that is in its line. Whether there was one.
function desk.match(id, line)
    local ready, chat = line_key(line) .. ':ready', chat_key(id)
    if redis.call('ZCARD', ready) == 0 then return false end
    if not desk.is_warm(id) then return desk.warm_later(id) end
    local previous = redis.call('HGET', chat, 'previous')
    if previous and redis.call('ZSCORE', ready, previous) and not declined(chat, previous) then
        give(id, previous, line)
        return true
    end
    for _, agent in ipairs(redis.call('ZRANGE', ready, 0, 15)) do
        if not declined(chat, agent) then
            give(id, agent, line)
            return true
        end
    end
    return false
end

local head_starts = { -900000, 0, 900000, 3600000 } -- of low, normal, high, urgent
function desk.score(place, priority) return place - head_starts[tonumber(priority or 1) + 1] end

-- INBOX, INBOX/TEAM, INBOX/TEAM/SKILL+SKILL or INBOX//SKILL: whoever waits in it can be served by the same agents.
local function line_of(inbox, team, skills)
    if skills and skills ~= '' then return inbox .. '/' .. (team or '') .. '/' .. skills end
    return team and inbox .. '/' .. team or inbox
end

-- Its conversation waits: to its line at its place, or to somebody at once. Who `returns`, having been served or moved,
-- is let in however full the line is, and has all of its time again. Returns what became of it: assigned, waiting,
-- full, or arrived when the line is yet to be made.
function desk.arrive(id, returns)
    local key = chat_key(id)
    local s = redis.call('HMGET', key, 'inbox', 'team', 'skills', 'priority', 'place', 'relaxed')
    if not s[1] then return 'arrived' end -- a chat from before there were lines
    local line = line_of(s[1], s[2] or nil, not s[6] and s[3] or nil)
    redis.call('HSET', key, 'line', line)
    local l = desk.is_ready() and redis.call('HMGET', line_key(line), 'mode', 'limit', 'wait_ms', 'widen_ms')
    if not l or not l[1] then
        redis.call('ZADD', root .. 'arrivals', desk.score(s[5], s[4]), id)
        redis.call('SADD', tag .. 'assignment:todo', account)
        desk.tell_chat(id)
        return 'arrived'
    end
    redis.call('ZREM', root .. 'arrivals', id)
    local waiting = line_key(line) .. ':waiting'
    local limit, is_new = tonumber(l[2] or 0), not redis.call('ZSCORE', waiting, id)
    if is_new and not returns and limit > 0 and redis.call('ZCARD', waiting) >= limit then
        desk.arm('full', id, now)
        return 'full'
    end
    redis.call('ZADD', waiting, desk.score(s[5], s[4]), id)
    if desk.match(id, line) then return 'assigned' end
    if is_new then
        if tonumber(l[3] or 0) > 0 then desk.arm('wait', id, returns and now + l[3] or math.max(now, s[5] + l[3])) end
        if tonumber(l[4] or 0) > 0 then desk.arm('widen', id, now + l[4]) end
        local place = desk.place_of(id, line)
        desk.changed(line, place < redis.call('ZCARD', waiting))
        desk.tell_place(id, line, place)
    end
    return 'waiting'
end

-- Gives an agent with room what waits longest in any of their lines, until there is no room or nobody waits.
function desk.pull(agent)
    for _ = 1, 50 do
        local best, best_line, best_score
        for line in (redis.call('HGET', agent_key(agent), 'lines') or ''):gmatch('%S+') do
            if redis.call('ZSCORE', line_key(line) .. ':ready', agent) then
                for i = 0, 15 do -- whom the agent has declined, and who is cold, stays for others
                    local head = redis.call('ZRANGE', line_key(line) .. ':waiting', i, i, 'WITHSCORES')
                    local score = tonumber(head[2])
                    if not score or best_score and score >= best_score then break end
                    if not desk.is_warm(head[1]) then
                        desk.warm_later(head[1])
                    elseif not declined(chat_key(head[1]), agent) then
                        best, best_line, best_score = head[1], line, score
                        break
                    end
                end
            end
        end
        if not best then return end
        give(best, agent, best_line)
    end
end

-- From whoever has it, or is asked to take it, to this agent; the other one gets the next.
function desk.hand(id, agent, cause, actor, more)
    local s = redis.call('HMGET', chat_key(id), 'assignee', 'offered')
    local before = s[1] or s[2]
    desk.disarm('offer', id)
    if before and before ~= agent then desk.release(id, before) end
    desk.assign(id, agent, cause, actor, more)
    if before and before ~= agent then desk.pull(before) end
end

-- Back to the line, at its old place. `avoid` is who shall not get it again for a while.
function desk.give_back(id, cause, actor, avoid, more)
    local key = chat_key(id)
    local s = redis.call('HMGET', key, 'assignee', 'offered', 'declined', 'line')
    local holder = s[1] or s[2]
    desk.leave_line(id, s[4])
    desk.disarm('offer', id)
    redis.call('HSET', key, 'status', 'waiting')
    redis.call('HDEL', key, 'assignee', 'assignee_name', 'assigned_at', 'offered', 'offer_until', 'replied')
    if avoid then -- fifteen at most, each for a minute
        local list = (s[3] or '') .. ' ' .. avoid .. ':' .. text(now + 60000)
        if #list > 800 then list = list:sub(#list - 760):match(' .*') end
        redis.call('HSET', key, 'declined', list)
        desk.arm('again', id, now + 60001)
    end
    if holder then desk.release(id, holder) end
    desk.record(id, cause, actor, more)
    local outcome = desk.arrive(id, true)
    if holder then desk.pull(holder) end
    return outcome
end

-- The conversation is over: whoever had it is free for the next one. What is over is said by the caller.
function desk.let_go(id)
    local key = chat_key(id)
    local s = redis.call('HMGET', key, 'assignee', 'offered', 'line')
    desk.leave_line(id, s[3])
    for _, kind in ipairs({ 'offer', 'again', 'reply', 'full' }) do desk.disarm(kind, id) end
    redis.call('HDEL', key, 'assignee', 'assignee_name', 'offered', 'offer_until', 'declined', 'relaxed', 'replied')
    local holder = s[1] or s[2]
    if not holder then return end
    desk.release(id, holder)
    if desk.is_ready() then desk.pull(holder) end
end

-- Tells the staff how long the line is. The count says it all, so whoever misses one misses nothing.
function desk.tell_line(line)
    local first = redis.call('ZRANGE', line_key(line) .. ':waiting', 0, 0)[1]
    local since = first and redis.call('HGET', chat_key(first), 'opened_at')
    redis.call('SPUBLISH', root .. 'staff', '\n{"type":"queue","line":"' .. line .. '","waiting":'
        .. redis.call('ZCARD', line_key(line) .. ':waiting') .. ',"first_since":' .. quoted(since) .. '}')
end
