-- check.lua: whether all that is kept of an account's lines agrees, for people and for tests: it looks at everything.
--
-- KEYS[1]  {cN}:cell                hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  account
-- ARGV[2]  options of the desk: staff's log length, idle chats expire after, s
--
-- Further keys are those of assignment/desk, all in the same cell.
--
-- Returns  {"checked", waiting, held, agents with more than they can, what does not agree, in words …} | {"unready"}
-- Cost     O(all that waits and all that is held).   Called by Support/Assignment/AssignmentCheck
local account = ARGV[1]
--include assignment/desk
local desk = open_desk(KEYS[1]:sub(1, -5), account, ARGV[2])
if not desk.is_ready() then return { 'unready' } end
local root, faults, seen, waiting_count, held_count, over = desk.root, {}, {}, 0, 0, 0
local function fault(...) faults[#faults + 1] = table.concat({ ... }, ' ') end
local function chat(id, ...) return redis.call('HMGET', root .. 'chat:' .. id, ...) end

local agents = {}
for _, agent in ipairs(redis.call('SMEMBERS', root .. 'agents')) do
    local key, load = root .. 'agent:' .. agent, 0
    local a = redis.call('HMGET', key, 'here', 'chosen', 'load', 'capacity', 'lines')
    local open = redis.call('ZRANGE', key .. ':open', 0, -1, 'WITHSCORES')
    for i = 1, #open, 2 do
        local id = open[i]
        load, held_count = load + open[i + 1], held_count + 1
        if seen[id] then fault('chat', id, 'is held by', agent, 'and', seen[id]) end
        seen[id] = 'agent ' .. agent
        if desk.is_warm(id) then
            local s = chat(id, 'status', 'assignee', 'offered')
            local is_right = s[1] == 'active' and s[2] == agent or s[1] == 'waiting' and s[3] == agent
            if not is_right then fault('agent', agent, 'holds chat', id, 'which is', s[1] or 'unknown') end
        end
    end
    if load > tonumber(a[4]) then over = over + 1 end
    if load ~= tonumber(a[3] or 0) then fault('agent', agent, 'holds', load, 'and counts', a[3] or 0) end
    agents[agent] = { is_on = a[1] == '1' and a[2] == 'online', load = load, capacity = tonumber(a[4]), lines = a[5] }
end

for _, line in ipairs(redis.call('SMEMBERS', root .. 'lines')) do
    local key = root .. 'line:' .. line
    local l = redis.call('HMGET', key, 'weight', 'mode', 'closed')
    for _, id in ipairs(redis.call('ZRANGE', key .. ':waiting', 0, -1)) do
        waiting_count = waiting_count + 1
        if seen[id] then fault('chat', id, 'is in line', line, 'and in', seen[id]) end
        seen[id] = 'line ' .. line
        if desk.is_warm(id) then
            local s = chat(id, 'status', 'assignee', 'offered', 'line')
            if s[1] ~= 'waiting' or s[2] or s[3] or s[4] ~= line then
                fault('chat', id, 'is in line', line, 'and is', s[1] or 'unknown', 'in line', s[4] or 'none')
            end
        end
    end
    local ready = {}
    for _, agent in ipairs(redis.call('ZRANGE', key .. ':ready', 0, -1)) do
        ready[agent] = true
        if not agents[agent] then fault('agent', agent, 'is ready in line', line, 'and is nobody') end
    end
    for agent, a in pairs(agents) do
        local serves = (' ' .. a.lines .. ' '):find(' ' .. line .. ' ', 1, true)
        local should = serves and a.is_on and l[2] ~= 'manual' and l[3] ~= '1' and a.load + l[1] <= a.capacity or false
        if should ~= (ready[agent] or false) then
            fault('agent', agent, should and 'should be' or 'is wrongly', 'ready in line', line)
        end
    end
    local head = redis.call('ZRANGE', key .. ':waiting', 0, 0)[1]
    if head and desk.is_warm(head) and not chat(head, 'declined')[1] and next(ready) then
        fault('chat', head, 'waits in line', line, 'although somebody is ready')
    end
end
return { 'checked', waiting_count, held_count, over, unpack(faults, 1, math.min(#faults, 100)) }
