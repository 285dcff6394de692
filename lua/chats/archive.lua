-- archive.lua: put a chat away, or bring it back.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[3]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- KEYS[4]  {cN}:ACCOUNT:staff:log  stream  0-offset -> what the staff were told
-- ARGV[1]  now, ISO 8601
-- ARGV[2]  1 = archive, 0 = unarchive
-- ARGV[3]  agent id
-- ARGV[4]  the staff's channel
-- ARGV[5]  staff's log length, publications
--
-- Returns  {"changed"} | {"unchanged"} | {"cold"}
-- Cost     O(1).   Called by Support/Chats/Archive.set
local chat, journal, cell, log = unpack(KEYS)
local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'id', 'tenant', 'archived')
if not epoch or state[1] ~= epoch then return { 'cold' } end
if (state[4] or '0') == ARGV[2] then return { 'unchanged' } end

local archived = ARGV[2] == '1' and 'true' or 'false'
redis.call('HSET', chat, 'archived', ARGV[2])
redis.call('XADD', journal, '*', 'f', '{"kind":"chat.archived","at":"' .. ARGV[1] .. '",' .. state[3]
    .. ',"archived":' .. archived .. ',"agent_id":"' .. ARGV[3] .. '"}')
local news = '{"type":"chat_updated","chat":{"id":"' .. state[2] .. '","archived":' .. archived .. '}}'
local entry = redis.call('XADD', log, 'MAXLEN', '~', ARGV[5], '0-*', 'm', news)
redis.call('SPUBLISH', ARGV[4], string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)
return { 'changed' }
