-- available.lua: an agent takes conversations from now on, or no more; who is free for one gets it at once.
--
-- KEYS[1]  {cN}:cell                hash    epoch: names one unbroken life of the cell's data
-- KEYS[2]  {cN}:ACCOUNT:agent:ID    hash    the agent's place at the desk (fields: assignment/desk)
-- KEYS[3]  {cN}:timers              zset    timer -> due, ms
-- KEYS[4]  {cN}:timers:notes        hash    timer -> note
-- ARGV[1]  account
-- ARGV[2]  agent
-- ARGV[3]  online | busy | away
-- ARGV[4]  options of the desk: staff's log length, idle chats expire after, s
-- ARGV[5]  the timer that says so; empty = the agent does, or who may in their place
-- ARGV[6]  the due time that was seen of it, ms
-- ARGV[7]  the one to set it to, ms; empty = it is taken away
--
-- Further keys are those of assignment/desk, all in the same cell.
--
-- Returns  {"set", 1 = on some device} | {"unready"} | {"changed"}
-- Cost     O(lines of the agent × log n, and that for each conversation they get).
--          Called by Support/Assignment/Availability.set
local cell, key, timers, notes = unpack(KEYS)
local account, agent, status, options, timer, due, upcoming = unpack(ARGV)
if timer ~= '' and tonumber(redis.call('ZSCORE', timers, timer) or -1) ~= tonumber(due) then return { 'changed' } end
--include assignment/desk
local desk = open_desk(cell:sub(1, -5), account, options)
if not desk.is_ready() or redis.call('EXISTS', key) == 0 then
    redis.call('SADD', cell:sub(1, -5) .. 'assignment:todo', account)
    return { 'unready' }
end
if timer ~= '' then
    redis.call('HDEL', notes, timer)
    if upcoming == '' then redis.call('ZREM', timers, timer) else redis.call('ZADD', timers, upcoming, timer) end
end
redis.call('HSET', key, 'chosen', status)
local a, s = desk.agent(agent), redis.call('HMGET', key, 'here', 'capacity')
desk.settle(a)
-- Staff are told how the agent stands; the version orders it among what presence says of them.
local clock = redis.call('TIME')
redis.call('SPUBLISH', desk.root .. 'staff', '\n{"type":"agent_presence","agent":{"id":"' .. agent .. '","name":'
    .. a.name .. '},"online":' .. tostring(s[1] == '1') .. ',"availability":"' .. status .. '","load":' .. a.load
    .. ',"capacity":' .. (s[2] or 'null') .. ',"version":' .. clock[1] .. string.format('%06d', clock[2]) .. '}')
desk.pull(a)
return { 'set', tonumber(s[1] or 0) }
