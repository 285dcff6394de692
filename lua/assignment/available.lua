-- available.lua: an agent says whether they take conversations; who is free for one gets it at once.
--
-- KEYS[1]  {cN}:cell                hash    epoch: names one unbroken life of the cell's data
-- KEYS[2]  {cN}:ACCOUNT:agent:ID    hash    the agent's place at the desk (fields: assignment/desk)
-- ARGV[1]  account
-- ARGV[2]  agent
-- ARGV[3]  online | busy | away
-- ARGV[4]  options of the desk: staff's log length, idle chats expire after, s
--
-- Further keys are those of assignment/desk, all in the same cell.
--
-- Returns  {"set", 1 = on some device} | {"unready"}
-- Cost     O(lines of the agent × log n, and that for each conversation they get).
--          Called by Support/Assignment/Availability.set
local account, agent, status, options = unpack(ARGV)
--include assignment/desk
local desk = open_desk(KEYS[1]:sub(1, -5), account, options)
if not desk.is_ready() or redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('SADD', KEYS[1]:sub(1, -5) .. 'assignment:todo', account)
    return { 'unready' }
end
redis.call('HSET', KEYS[2], 'chosen', status)
local a, s = desk.agent(agent), redis.call('HMGET', KEYS[2], 'here', 'capacity')
desk.settle(a)
-- Staff are told how the agent stands; the version orders it among what presence says of them.
local clock = redis.call('TIME')
redis.call('SPUBLISH', desk.root .. 'staff', '\n{"type":"agent_presence","agent":{"id":"' .. agent .. '","name":'
    .. a.name .. '},"online":' .. tostring(s[1] == '1') .. ',"availability":"' .. status .. '","load":' .. a.load
    .. ',"capacity":' .. (s[2] or 'null') .. ',"version":' .. clock[1] .. string.format('%06d', clock[2]) .. '}')
desk.pull(a)
return { 'set', tonumber(s[1] or 0) }
