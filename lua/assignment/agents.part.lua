-- agents.part.lua: who has room, who holds what. A part of assignment/desk, whose names it uses.

function desk.agent(id)
    local key = root .. 'agent:' .. id
    local s = redis.call('HMGET', key, 'name', 'here', 'chosen', 'load', 'capacity', 'got_at', 'lines')
    return { id = id, key = key, name = s[1] or '""', is_on = s[2] == '1' and s[3] == 'online',
        load = tonumber(s[4] or 0), capacity = tonumber(s[5] or nil), got_at = s[6] or '0', lines = s[7] or '' }
end

-- Somebody on staff who writes may be there before the desk has been told of them.
function desk.know(agent, name) redis.call('HSETNX', root .. 'agent:' .. agent, 'name', name) end

function desk.has_room(a, weight) return not a.capacity or a.load + weight <= a.capacity end

-- Whether they may be given one of this line now.
local function is_free(a, l)
    return a.is_on and l.mode and l.mode ~= 'manual' and not l.is_closed and a.load + l.weight <= (a.capacity or 0)
end

-- Writes down what an agent has, and their place among those who are ready, in each of their lines: the least busy first,
-- then who got the last one longest ago.
function desk.settle(a)
    a.is_changed = false
    redis.call('HSET', a.key, 'load', text(a.load), 'got_at', a.got_at)
    local score = a.load * 1e10 + math.floor((a.got_at - 1704067200000) / 100)
    for line in a.lines:gmatch('%S+') do
        local l = desk.line(line)
        if is_free(a, l) then redis.call('ZADD', l.ready, score, a.id) else redis.call('ZREM', l.ready, a.id) end
    end
end

-- The agent has the chat from now on; whether there is room has been asked before. Settling is left to the caller, who
-- may have more to change: so it is after `release`.
function desk.hold(a, id, weight)
    if redis.call('ZADD', a.key .. ':open', 'NX', weight, id) == 0 then return end
    a.load, a.got_at, a.is_changed = a.load + weight, text(now), true
end

function desk.release(a, id)
    local weight = redis.call('ZSCORE', a.key .. ':open', id)
    if not weight then return end
    redis.call('ZREM', a.key .. ':open', id)
    desk.disarm('reply', id)
    a.load, a.is_changed = a.load - weight, true
end
