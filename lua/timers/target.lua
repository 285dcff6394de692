-- target.lua: a target is about to be missed, or is missed: staff are told, unless it has been reached.
--
-- KEYS[1]  {cN}:timers                     zset    timer -> due, ms; +inf = it has had its turn
-- KEYS[2]  {cN}:timers:notes               hash    timer -> note
-- KEYS[3]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[4]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[5]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- KEYS[6]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[7]  {cN}:ACCOUNT:staff:log  stream  0-offset -> what the staff were told
-- ARGV[1]  timer
-- ARGV[2]  the due time that was seen, ms
-- ARGV[3]  conversation
-- ARGV[4]  target: first_reply | next_reply | resolution
-- ARGV[5]  the message that began it, seq
-- ARGV[6]  stage: warned | missed
-- ARGV[7]  when the target is missed, ms
-- ARGV[8]  the same, ISO 8601
-- ARGV[9]  now, ISO 8601
-- ARGV[10] the staff's channel
-- ARGV[11] staff's log length, publications
--
-- Returns  {"warned"} | {"missed"} | {"void"} | {"changed"} | {"cold"}
-- Cost     O(log n + remembered messages since).   Called by Support/Timers/TargetDuty
local timers, notes, chat, history, cell, journal, log = unpack(KEYS)
local timer, due, conversation, target, seq, stage, limit, limit_iso, iso = unpack(ARGV, 1, 9)
local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'id', 'tenant', 'conversation', 'status')
if not epoch or state[1] ~= epoch then return { 'cold' } end
if tonumber(redis.call('ZSCORE', timers, timer) or -1) ~= tonumber(due) then return { 'changed' } end

-- What was answered may not have been heard of yet by whoever drops timers.
local is_reached = state[4] ~= conversation or state[5] == 'ended'
if not is_reached and target ~= 'resolution' then
    for _, entry in ipairs(redis.call('XRANGE', history, '(' .. seq .. '-0', '+')) do
        if entry[2][2]:find('"sender_type":"admin"', 1, true) then is_reached = true end
    end
end
if is_reached then
    redis.call('ZREM', timers, timer)
    redis.call('HDEL', notes, timer)
    return { 'void' }
end

-- Missed, it stays, so that what is heard twice does not begin it again.
redis.call('ZADD', timers, stage == 'warned' and limit or '+inf', timer)
local said = '"conversation_id":"' .. conversation .. '","target":"' .. target .. '","seq":' .. seq .. ',"due_at":"'
    .. limit_iso .. '","stage":"' .. stage .. '"}'
redis.call('XADD', journal, '*', 'f', '{"kind":"conversation.target","at":"' .. iso .. '",' .. state[3] .. ',' .. said)
local news = '{"type":"target","chat_id":"' .. state[2] .. '",' .. said
local entry = redis.call('XADD', log, 'MAXLEN', '~', ARGV[11], '0-*', 'm', news)
redis.call('SPUBLISH', ARGV[10], string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)
return { stage }
