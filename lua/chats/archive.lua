-- archive.lua: put a chat away, or bring it back.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[3]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- KEYS[4]  {cN}:ACCOUNT:staff:log  stream  0-offset -> what the staff were told
-- KEYS[5]  {cN}:timers             zset    timer -> due, ms
-- KEYS[6]  {cN}:timers:notes       hash    timer -> note
-- ARGV[1]  now, ISO 8601
-- ARGV[2]  1 = archive, 0 = unarchive
-- ARGV[3]  who, as JSON: an agent's id, or null
-- ARGV[4]  the staff's channel
-- ARGV[5]  staff's log length, publications
-- ARGV[6]  the timer that asks; empty = somebody else does
-- ARGV[7]  the due time that was seen of it, ms
-- ARGV[8]  only if no message came after this seq; -1 = whatever came
--
-- Returns  {"changed"} | {"unchanged"} | {"cold"}
-- Cost     O(1), O(log n) in the timers for one of them.   Called by Support/Chats/Archive.set
local chat, journal, cell, log, timers, notes = unpack(KEYS)
local timer, due, newest = ARGV[6], ARGV[7], ARGV[8]
local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'id', 'tenant', 'archived', 'seq')
if not epoch or state[1] ~= epoch then return { 'cold' } end
if timer ~= '' then -- whatever comes of it, this timer has had its turn
    if tonumber(redis.call('ZSCORE', timers, timer) or -1) ~= tonumber(due) then return { 'unchanged' } end
    redis.call('ZREM', timers, timer)
    redis.call('HDEL', notes, timer)
end
if newest ~= '-1' and tonumber(newest) ~= tonumber(state[5]) then return { 'unchanged' } end
if (state[4] or '0') == ARGV[2] then return { 'unchanged' } end

local archived = ARGV[2] == '1' and 'true' or 'false'
redis.call('HSET', chat, 'archived', ARGV[2])
redis.call('XADD', journal, '*', 'f', '{"kind":"chat.archived","at":"' .. ARGV[1] .. '",' .. state[3]
    .. ',"archived":' .. archived .. ',"agent_id":' .. ARGV[3] .. '}')
local news = '{"type":"chat_updated","chat":{"id":"' .. state[2] .. '","archived":' .. archived .. '}}'
local entry = redis.call('XADD', log, 'MAXLEN', '~', ARGV[5], '0-*', 'm', news)
redis.call('SPUBLISH', ARGV[4], string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)
return { 'changed' }
