-- persisted.lua: tell a chat that its messages are in PostgreSQL, and let go of what need not stay in Redis.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[3]  {cN}:ACCOUNT:chat:ID:clients    zset    sender:client_id -> seq
-- KEYS[4]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  persisted up to this seq
-- ARGV[2]  idle chats expire after, s
-- ARGV[3]  client ids to remember
-- ARGV[4]  the chat's channel
--
-- Returns  {"announced"} | {"known"} | {"cold"}
-- Cost     O(log n + forgotten).   Called by Support/Journal/Announcements, once per chat and batch
local chat, history, clients, cell = unpack(KEYS)
local upto = tonumber(ARGV[1])
local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'seq', 'persisted', 'status')
if not epoch or state[1] ~= epoch then return { 'cold' } end
if upto <= tonumber(state[3]) or upto > tonumber(state[2]) then return { 'known' } end

redis.call('HSET', chat, 'persisted', ARGV[1])
redis.call('ZREMRANGEBYSCORE', clients, '-inf', math.min(upto, tonumber(state[2]) - tonumber(ARGV[3])))
redis.call('SPUBLISH', ARGV[4], '~\n{"type":"persisted","up_to_seq":' .. ARGV[1] .. '}')
local is_open = state[4] == 'waiting' or state[4] == 'active'
if upto == tonumber(state[2]) and not is_open then -- nothing of this chat is in Redis alone: it may expire
    redis.call('HSET', chat, 'idle', '1')
    for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[2]) end
end
return { 'announced' }
