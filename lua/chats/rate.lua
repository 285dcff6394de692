-- rate.lua: keep what the contact thinks of the conversation that has ended; their first word counts.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[3]  {cN}:ACCOUNT:chat:ID:clients    zset    sender:client_id -> seq
-- KEYS[4]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[5]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- KEYS[6]  {cN}:ACCOUNT:staff:log  stream  0-offset -> what the staff were told
-- ARGV[1]  now, ISO 8601
-- ARGV[2]  the conversation that is meant; empty = the latest
-- ARGV[3]  score, 1 to 5
-- ARGV[4]  comment as a JSON string, or null
-- ARGV[5]  idle chats expire after, s
-- ARGV[6]  the chat's channel
-- ARGV[7]  the staff's channel
-- ARGV[8]  staff's log length, publications
--
-- Returns  {"rated", score} | {"known", score} | {"none"} | {"cold"}
-- Cost     O(1).   Called by Support/Endings/Ratings.rate
local chat, history, clients, journal, cell, log = unpack(KEYS)
local iso, meant, score, comment, expiry = unpack(ARGV, 1, 5)
local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'id', 'tenant', 'conversation', 'status', 'rating', 'idle', 'ended_at',
    'ended_reason', 'ended_type')
if not epoch or state[1] ~= epoch then return { 'cold' } end
local conversation = state[4]
if state[5] ~= 'ended' or meant ~= '' and meant ~= conversation then return { 'none' } end
if state[6] then return { 'known', state[6] } end

redis.call('HSET', chat, 'rating', score)
if state[7] then -- what is in the journal alone has to outlive the way to PostgreSQL
    for i = 1, 3 do redis.call('EXPIRE', KEYS[i], expiry) end
end
redis.call('XADD', journal, '*', 'f', '{"kind":"conversation.rated","at":"' .. iso .. '",' .. state[3]
    .. ',"conversation_id":"' .. conversation .. '","score":' .. score .. ',"comment":' .. comment .. '}')
-- Other tabs of the contact need not ask any more; what they wrote is for the staff.
redis.call('SPUBLISH', ARGV[6], '\n{"type":"conversation","conversation":{"id":"' .. conversation
    .. '","status":"ended","position":null,"assignee":null,"ended_at":"' .. (state[8] or iso) .. '","ended_reason":"'
    .. (state[9] or 'system') .. '","ended_type":"' .. (state[10] or 'system') .. '","rating":' .. score .. '}}')
local news = '{"type":"chat_updated","chat":{"id":"' .. state[2] .. '","rating":{"conversation_id":"' .. conversation
    .. '","score":' .. score .. ',"comment":' .. comment .. '}}}'
local entry = redis.call('XADD', log, 'MAXLEN', '~', ARGV[8], '0-*', 'm', news)
redis.call('SPUBLISH', ARGV[7], string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)
return { 'rated', score }
