-- lines.part.lua: who waits where, and who is next. A part of assignment/desk, whose names it uses.

-- The line has changed: staff are told of its length within a second, once, however often it changes until then.
local function changed(l)
    if l.is_changed then return end
    l.is_changed = true
    redis.call('ZADD', timers, 'NX', now + 1000, 'told ' .. account .. ' ' .. l.name)
end

-- Tells a visitor their place, and notes when to do so again: further behind, a step matters less. So n people who wait
-- cost some twenty times ln n messages a step, and not n.
function desk.tell_place(c, l, place)
    redis.call('ZADD', l.key .. ':told', l.moves + math.max(1, math.floor(place / 20)), c.id)
    desk.tell_chat(c, place)
end

-- Out of the line; `is_served` when because it was its turn, which says how fast the line is: the mean time between two
-- who are served, the last ones counting most.
function desk.leave_line(id, line, is_served)
    if not line then return redis.call('ZREM', root .. 'arrivals', id) end
    local l, owner = desk.line(line), ' ' .. account .. ' ' .. id
    redis.call('ZREM', timers, 'wait' .. owner, 'widen' .. owner)
    if redis.call('ZREM', l.waiting, id) == 0 then return redis.call('ZREM', root .. 'arrivals', id) end
    redis.call('ZREM', l.key .. ':told', id)
    changed(l)
    l.moves = l.moves + 1
    if not is_served then return redis.call('HSET', l.key, 'moves', text(l.moves)) end
    local gap = l.left_at and math.min(now - l.left_at, 3600000)
    if gap then l.pace = text(l.pace and l.pace * 0.8 + gap * 0.2 or gap) end
    l.left_at = text(now)
    if gap then redis.call('HSET', l.key, 'moves', text(l.moves), 'left_at', l.left_at, 'pace', l.pace)
    else redis.call('HSET', l.key, 'moves', text(l.moves), 'left_at', l.left_at) end
end

local function declined(c, agent) -- "AGENT:UNTIL AGENT:UNTIL"
    local last = c.declined and c.declined:match(agent:gsub('%-', '%%-') .. ':(%d+)')
    return last and tonumber(last) > now
end

-- It is this agent's now. What it was before has been undone.
local function assign(c, a, cause, actor, more)
    desk.leave_line(c.id, c.line, true)
    iso_now = iso_now or iso(now)
    if c.offered or c.declined or c.replied then
        redis.call('HDEL', c.key, 'offered', 'offer_until', 'declined', 'replied')
        c.offered, c.offer_until, c.declined, c.replied = nil, nil, nil, nil
    end
    c.status, c.assignee, c.assignee_name, c.assigned_at, c.previous = 'active', a.id, a.name, iso_now, a.id
    write(c, 'status', 'active', 'assignee', a.id, 'assignee_name', a.name, 'assigned_at', iso_now, 'previous', a.id)
    desk.hold(a, c.id, desk.weight_of(c.line))
    desk.settle(a)
    local reply = c.line and desk.line(c.line).reply or 0
    if reply > 0 then desk.arm('reply', c.id, now + reply) end
    record(c, cause, actor, more)
    desk.tell_chat(c)
end

-- The agent may have it if they say so in time. It is in no line meanwhile, takes of their capacity, and keeps its place.
local function offer(c, a, l)
    desk.leave_line(c.id, l.name, true)
    c.offered, c.offer_until = a.id, iso(now + l.offer)
    write(c, 'offered', a.id, 'offer_until', c.offer_until)
    desk.hold(a, c.id, l.weight)
    desk.settle(a)
    desk.arm('offer', c.id, now + l.offer)
    record(c, 'offered')
end

local function give(c, a, l)
    if l.mode == 'offer' then return offer(c, a, l) end
    assign(c, a, 'assigned')
end

-- Tries to find an agent for a chat that is in its line. Whether there was one.
function desk.match(c)
    local l = desk.line(c.line)
    local ready = redis.call('ZRANGE', l.ready, 0, c.declined and 15 or 0)
    if #ready == 0 then return false end
    if not c.is_warm then return desk.warm_later(c.id) end
    if c.previous and redis.call('ZSCORE', l.ready, c.previous) then table.insert(ready, 1, c.previous) end
    for _, agent in ipairs(ready) do
        if not declined(c, agent) then
            give(c, desk.agent(agent), l)
            return true
        end
    end
    return false
end

-- INBOX, INBOX/TEAM, INBOX/TEAM/SKILL+SKILL or INBOX//SKILL: whoever waits in it can be served by the same agents.
local function line_of(c)
    if c.skills and c.skills ~= '' and not c.relaxed then return c.inbox .. '/' .. (c.team or '') .. '/' .. c.skills end
    return c.team and c.inbox .. '/' .. c.team or c.inbox
end

-- Its conversation waits: to its line at its place, or to somebody at once. Who `returns`, having been served or moved,
-- is let in however full the line is, and has all of its time again. Returns what became of it: assigned, waiting,
-- full, closed when nobody is served there any more, or arrived when the line is yet to be made.
function desk.arrive(c, returns)
    if not c.inbox then return 'arrived' end
    local line, head_starts = line_of(c), { -900000, 0, 900000, 3600000 } -- of low, normal, high, urgent
    local score = c.place - head_starts[(c.priority or 1) + 1]
    if c.line ~= line then
        c.line = line
        redis.call('HSET', c.key, 'line', line)
    end
    local l = desk.is_ready() and desk.line(line)
    if not l or not l.mode then
        redis.call('ZADD', root .. 'arrivals', score, c.id)
        redis.call('SADD', tag .. 'assignment:todo', account)
        desk.tell_chat(c)
        return 'arrived'
    end
    redis.call('ZREM', root .. 'arrivals', c.id)
    if l.is_closed then
        desk.arm('closed', c.id, now)
        return 'closed'
    end
    if l.limit > 0 and not returns and redis.call('ZCARD', l.waiting) >= l.limit
        and not redis.call('ZSCORE', l.waiting, c.id) then
        desk.arm('full', c.id, now)
        return 'full'
    end
    local is_new = redis.call('ZADD', l.waiting, score, c.id) == 1
    if desk.match(c) then return 'assigned' end
    if is_new then
        if l.wait > 0 then desk.arm('wait', c.id, returns and now + l.wait or math.max(now, c.place + l.wait)) end
        if l.widen > 0 then desk.arm('widen', c.id, now + l.widen) end
        local place = desk.place_of(c)
        changed(l)
        if place < redis.call('ZCARD', l.waiting) then l.moves = redis.call('HINCRBY', l.key, 'moves', 1) end
        desk.tell_place(c, l, place)
    end
    return 'waiting'
end

-- Gives an agent with room what waits longest in any of their lines, until there is no room or nobody waits.
function desk.pull(a)
    for _ = 1, desk.is_ready() and 50 or 0 do
        local best, best_line, best_score
        for line in a.lines:gmatch('%S+') do
            local l = desk.line(line)
            for i = 0, is_free(a, l) and 15 or -1 do -- whom the agent has declined, and who is cold, stays for others
                local head = redis.call('ZRANGE', l.waiting, i, i, 'WITHSCORES')
                local score = tonumber(head[2])
                if not score or best and score >= best_score then break end
                local c = desk.chat(head[1])
                if not c.is_warm then
                    desk.warm_later(c.id)
                elseif not declined(c, a.id) then
                    best, best_line, best_score = c, l, score
                    break
                end
            end
        end
        if not best then break end
        give(best, a, best_line)
    end
    if a.is_changed then desk.settle(a) end
end

-- From whoever has it, or is asked to take it, to this agent; the other one gets the next.
function desk.hand(c, agent, cause, actor, more)
    local before = c.assignee or c.offered
    if c.offered then desk.disarm('offer', c.id) end
    if not before or before == agent then return assign(c, desk.agent(agent), cause, actor, more) end
    local other = desk.agent(before)
    desk.release(other, c.id)
    assign(c, desk.agent(agent), cause, actor, more)
    desk.pull(other)
end

-- Back to the line, at its old place. `avoid` is who shall not get it again for a while.
function desk.give_back(c, cause, actor, avoid, more)
    local holder = c.assignee or c.offered
    desk.leave_line(c.id, c.line)
    if c.offered then desk.disarm('offer', c.id) end
    redis.call('HDEL', c.key, 'assignee', 'assignee_name', 'assigned_at', 'offered', 'offer_until', 'replied')
    c.status, c.assignee, c.assignee_name, c.assigned_at = 'waiting', nil, nil, nil
    c.offered, c.offer_until, c.replied = nil, nil, nil
    if avoid then -- fifteen at most, each for a minute
        local list = (c.declined or '') .. ' ' .. avoid .. ':' .. text(now + 60000)
        c.declined = #list > 800 and list:sub(#list - 760):match(' .*') or list
        desk.arm('again', c.id, now + 60001)
    end
    if c.declined then write(c, 'status', 'waiting', 'declined', c.declined) else write(c, 'status', 'waiting') end
    if holder then
        local a = desk.agent(holder)
        desk.release(a, c.id)
        desk.settle(a)
    end
    record(c, cause, actor, more)
    local outcome = desk.arrive(c, true)
    if holder then desk.pull(desk.agent(holder)) end -- who may have got it back
    return outcome
end

-- The conversation is over: whoever had it is free for the next one. What is over is said, and what the chat had of it
-- taken away, by the caller; of `c` it needs id, line, assignee, offered and declined.
function desk.let_go(c)
    local holder = c.assignee or c.offered
    if c.declined then desk.disarm('again', c.id) end
    if c.offered then desk.disarm('offer', c.id) end
    if not holder then
        desk.disarm('full', c.id)
        desk.disarm('closed', c.id)
        return desk.leave_line(c.id, c.line)
    end
    local a = desk.agent(holder)
    desk.release(a, c.id)
    desk.pull(a)
end
