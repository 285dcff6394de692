-- warn.lua: tell an idle contact when the conversation will end, and set the timer to that.
--
-- KEYS[1]  {cN}:timers             zset    timer -> due, ms
-- KEYS[2]  {cN}:timers:notes       hash    timer -> note
-- KEYS[3]  {cN}:ACCOUNT:chat:ID    hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[4]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  timer
-- ARGV[2]  the due time that was seen, ms
-- ARGV[3]  conversation
-- ARGV[4]  the newest message when the timer was set, seq
-- ARGV[5]  when it will end, ms
-- ARGV[6]  the same, ISO 8601
-- ARGV[7]  how long until then, s
-- ARGV[8]  the chat's channel
--
-- Returns  {"warned"} | {"known"} | {"void"} | {"changed"} | {"cold"}
-- Cost     O(log n).   Called by Support/Timers/IdleDuty
local timers, notes, chat, cell = unpack(KEYS)
local timer, due, conversation, seq, deadline, iso, left = unpack(ARGV, 1, 7)
local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'conversation', 'status', 'seq', 'warned', 'assignee', 'assignee_name')
if not epoch or state[1] ~= epoch then return { 'cold' } end
if tonumber(redis.call('ZSCORE', timers, timer) or -1) ~= tonumber(due) then return { 'changed' } end
if state[2] ~= conversation or state[3] ~= 'active' or state[4] ~= seq then
    redis.call('ZREM', timers, timer)
    redis.call('HDEL', notes, timer)
    return { 'void' }
end

-- Told before, and the timer set back by a fact that was heard twice: the word that was given stands.
local told, word = (state[5] or ''):match('^(%d+) (%d+)$')
local is_known = told == seq
if is_known then deadline = word end
redis.call('ZADD', timers, deadline, timer)
redis.call('HSET', notes, timer, 'end ' .. seq)
if is_known then return { 'known' } end
redis.call('HSET', chat, 'warned', seq .. ' ' .. deadline)
redis.call('SPUBLISH', ARGV[8], '\n{"type":"conversation","conversation":{"id":"' .. conversation
    .. '","status":"active","position":null,"assignee":'
    .. (state[6] and '{"id":"' .. state[6] .. '","name":' .. (state[7] or '""') .. '}' or 'null')
    .. ',"ends_at":"' .. iso .. '"},"ends_in_s":' .. left .. '}')
return { 'warned' }
