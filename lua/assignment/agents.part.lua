-- agents.part.lua: who has room, who holds what. A part of assignment/desk, whose names it uses.

-- An agent's place among those who are ready, in each of their lines: the least busy first, then who got the last
-- one longest ago.
function desk.place_agent(agent)
    local a = redis.call('HMGET', agent_key(agent), 'here', 'chosen', 'load', 'capacity', 'got_at', 'lines')
    local is_on = a[1] == '1' and a[2] == 'online'
    local load, capacity = tonumber(a[3] or 0), tonumber(a[4] or 0)
    local score = load * 1e10 + math.floor((tonumber(a[5] or 0) - 1704067200000) / 100)
    for line in (a[6] or ''):gmatch('%S+') do
        local key = line_key(line)
        local l = redis.call('HMGET', key, 'weight', 'mode')
        if is_on and l[1] and l[2] ~= 'manual' and load + l[1] <= capacity then
            redis.call('ZADD', key .. ':ready', score, agent)
        else
            redis.call('ZREM', key .. ':ready', agent)
        end
    end
end

function desk.weight_of(line)
    return tonumber(line and redis.call('HGET', line_key(line), 'weight') or 100)
end

-- The agent has the chat from now on; whether there is room has been asked before.
function desk.hold(id, agent, weight)
    if redis.call('ZADD', agent_key(agent) .. ':open', 'NX', weight, id) == 1 then
        redis.call('HINCRBY', agent_key(agent), 'load', weight)
        redis.call('HSET', agent_key(agent), 'got_at', text(now))
    end
    desk.place_agent(agent)
end

function desk.release(id, agent)
    local weight = redis.call('ZSCORE', agent_key(agent) .. ':open', id)
    if not weight then return end
    redis.call('ZREM', agent_key(agent) .. ':open', id)
    redis.call('HINCRBY', agent_key(agent), 'load', -weight)
    desk.disarm('reply', id)
    desk.place_agent(agent)
end

-- Somebody on staff who writes may be there before the desk has been told of them.
function desk.know(agent, name) redis.call('HSETNX', agent_key(agent), 'name', name) end

function desk.has_room(agent, weight, own)
    local a = redis.call('HMGET', agent_key(agent), 'load', 'capacity')
    return not a[2] or tonumber(a[1] or 0) - (own or 0) + weight <= tonumber(a[2])
end

-- An agent came or went, on whatever device.
function desk.presence(agent, is_here)
    local key = agent_key(agent)
    if is_here and (not desk.is_ready() or redis.call('SISMEMBER', root .. 'agents', agent) == 0) then
        redis.call('SADD', tag .. 'assignment:todo', account)
    end
    if redis.call('EXISTS', key) == 0 then return end
    redis.call('HSET', key, 'here', is_here and '1' or '0')
    desk.place_agent(agent)
    if is_here then
        desk.disarm('grace', agent)
        if desk.is_ready() then desk.pull(agent) end
    elseif redis.call('ZCARD', key .. ':open') > 0 then
        desk.arm('grace', agent, now + tonumber(redis.call('HGET', key, 'grace_ms') or 60000))
    end
end

-- Tells the staff how the agent stands; the version orders it among what presence says of them.
function desk.tell_agent(agent)
    local a = redis.call('HMGET', agent_key(agent), 'name', 'here', 'chosen', 'load', 'capacity')
    redis.call('SPUBLISH', root .. 'staff', '\n{"type":"agent_presence","agent":{"id":"' .. agent .. '","name":'
        .. (a[1] or '""') .. '},"online":' .. tostring(a[2] == '1') .. ',"availability":"' .. (a[3] or 'online')
        .. '","load":' .. (a[4] or '0') .. ',"capacity":' .. (a[5] or 'null')
        .. ',"version":' .. time[1] .. string.format('%06d', time[2]) .. '}')
end
