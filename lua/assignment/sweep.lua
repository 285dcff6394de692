-- sweep.lua: find what a crash, or a fault of ours, left undone in an account's lines, and do it.
--
-- KEYS[1]  {cN}:cell                hash    epoch: names one unbroken life of the cell's data
-- KEYS[2]  {cN}:presence:online     zset    SUBJECT: who is there (see presence/beat)
-- ARGV[1]  account
-- ARGV[2]  options of the desk: staff's log length, idle chats expire after, s
-- ARGV[3]  lines and agents to look at with this call
-- ARGV[4]  cursor among the lines, 0 to begin with
-- ARGV[5]  cursor among the agents, 0 to begin with
--
-- Further keys are those of assignment/desk, all in the same cell.
--
-- Returns  {"swept", repaired, cursor, cursor} | {"unready"}
-- Cost     O(what is looked at × log n).   Called by Support/Assignment/AssignmentClock
local account, options = ARGV[1], ARGV[2]
local tag = KEYS[1]:sub(1, -5)
--include assignment/desk
--include assignment/presence
local desk = open_desk(tag, account, options)
local root, repaired = desk.root, 0
if not desk.is_ready() then
    redis.call('SADD', tag .. 'assignment:todo', account)
    return { 'unready' }
end
for _, id in ipairs(redis.call('ZRANGE', root .. 'arrivals', 0, 99)) do
    if desk.is_warm(id) and redis.call('HGET', root .. 'chat:' .. id, 'status') ~= 'waiting' then
        redis.call('ZREM', root .. 'arrivals', id)
        repaired = repaired + 1
    else
        redis.call('SADD', tag .. 'assignment:todo', account)
    end
end

local agents = redis.call('SSCAN', root .. 'agents', ARGV[5], 'COUNT', ARGV[3])
for _, agent in ipairs(agents[2]) do
    local is_here = redis.call('ZSCORE', KEYS[2], 'a ' .. account .. ' ' .. agent) and '1' or '0'
    local load = 0
    local open = redis.call('ZRANGE', root .. 'agent:' .. agent .. ':open', 0, -1, 'WITHSCORES')
    for i = 2, #open, 2 do load = load + open[i] end
    local a = redis.call('HMGET', root .. 'agent:' .. agent, 'here', 'load')
    if (a[1] or '0') ~= is_here or tonumber(a[2] or 0) ~= load then
        repaired = repaired + 1
        redis.call('HSET', root .. 'agent:' .. agent, 'load', load)
        agent_came(desk, tag, account, agent, is_here == '1')
    end
end

local lines = redis.call('SSCAN', root .. 'lines', ARGV[4], 'COUNT', ARGV[3])
for _, line in ipairs(lines[2]) do
    local waiting = root .. 'line:' .. line .. ':waiting'
    for _ = 1, 100 do
        local head = redis.call('ZRANGE', waiting, 0, 0)[1]
        if not head then break end
        local c = desk.chat(head)
        c.line = line -- the one that it is in, whatever it says
        if c.is_warm and c.status ~= 'waiting' then
            desk.leave_line(head, line)
        elseif not desk.match(c) then
            break
        end
        repaired = repaired + 1
    end
end
return { 'swept', repaired, lines[1], agents[1] }
