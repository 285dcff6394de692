-- configure.lua: bring lines and agents to the desk as PostgreSQL has them, a part of them at a time.
--
-- KEYS[1]  {cN}:cell                hash    epoch: names one unbroken life of the cell's data
-- KEYS[2]  {cN}:presence:online     zset    SUBJECT: who is there (see presence/beat)
-- ARGV[1]  account
-- ARGV[2]  options of the desk: staff's log length, idle chats expire after, s
-- ARGV[3]  JSON {"lines": [{"id", and its fields}, …], "agents": [{"id", "name", "capacity", "grace_ms", "chosen",
--          "lines"}, …], "gone": [agent, …], "ready": 1 when all has been brought}, every value a string
-- ARGV[4]  most arrivals to let in with this call
--
-- Further keys are those of assignment/desk, all in the same cell. May be repeated.
--
-- Returns  {"configured", arrivals that still wait} | {"recovering"}
-- Cost     O(what is brought × log n).   Called by Support/Assignment/AssignmentSetup
local account, options = ARGV[1], ARGV[2]
if redis.call('HEXISTS', KEYS[1], 'recovering') == 1 then return { 'recovering' } end
local tag = KEYS[1]:sub(1, -5)
--include assignment/desk
local desk = open_desk(tag, account, options)
local root, brought = desk.root, cjson.decode(ARGV[3])

for _, line in ipairs(brought.lines or {}) do
    local fields = {}
    for name, value in pairs(line) do
        if name ~= 'id' then
            fields[#fields + 1] = name
            fields[#fields + 1] = value
        end
    end
    redis.call('SADD', root .. 'lines', line.id)
    redis.call('HSET', root .. 'line:' .. line.id, unpack(fields))
    if line.mode == 'manual' or line.closed == '1' then redis.call('DEL', root .. 'line:' .. line.id .. ':ready') end
    if line.closed == '1' then desk.arm('closing', line.id, desk.now) end
end

for _, agent in ipairs(brought.agents or {}) do
    local key = root .. 'agent:' .. agent.id
    local before = redis.call('HGET', key, 'lines') or ''
    local here = redis.call('ZSCORE', KEYS[2], 'a ' .. account .. ' ' .. agent.id) and '1' or '0'
    redis.call('SADD', root .. 'agents', agent.id)
    redis.call('HSET', key, 'name', agent.name, 'capacity', agent.capacity, 'grace_ms', agent.grace_ms,
        'lines', agent.lines, 'here', here)
    redis.call('HSETNX', key, 'chosen', agent.chosen)
    local stays = {}
    for line in agent.lines:gmatch('%S+') do stays[line] = true end
    for line in before:gmatch('%S+') do
        if not stays[line] then redis.call('ZREM', root .. 'line:' .. line .. ':ready', agent.id) end
    end
    local a = desk.agent(agent.id)
    desk.settle(a)
    desk.pull(a)
end

for _, agent in ipairs(brought.gone or {}) do
    local key = root .. 'agent:' .. agent
    redis.call('HSET', key, 'here', '0')
    desk.settle(desk.agent(agent))
    for _, id in ipairs(redis.call('ZRANGE', key .. ':open', 0, -1)) do
        local c = desk.chat(id)
        if c.is_warm then desk.give_back(c, 'agent_gone') end
    end
    redis.call('SREM', root .. 'agents', agent)
    redis.call('DEL', key, key .. ':open')
end

if not brought.ready then return { 'configured', redis.call('ZCARD', root .. 'arrivals') } end
redis.call('HSET', root .. 'assignment', 'epoch', redis.call('HGET', KEYS[1], 'epoch') or '')
redis.call('SADD', tag .. 'assignment:accounts', account)
desk.is_ready(true)
for _, id in ipairs(redis.call('ZRANGE', root .. 'arrivals', 0, tonumber(ARGV[4]) - 1)) do
    redis.call('ZREM', root .. 'arrivals', id)
    local c = desk.chat(id)
    if c.status == 'waiting' then desk.arrive(c, true) end
end
for _, agent in ipairs(brought.agents or {}) do desk.pull(desk.agent(agent.id)) end
return { 'configured', redis.call('ZCARD', root .. 'arrivals') }
