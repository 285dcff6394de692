-- mark.lua: raise the mark up to which one side has got or read the chat; never lowers it.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[3]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- KEYS[4]  {cN}:ACCOUNT:staff:log  stream  0-offset -> what the staff were told
-- ARGV[1]  now, ISO 8601
-- ARGV[2]  who: user | admin
-- ARGV[3]  what: delivered | read
-- ARGV[4]  up to this seq; 0 = everything
-- ARGV[5]  the chat's channel
-- ARGV[6]  the staff's channel
-- ARGV[7]  staff's log length, publications
--
-- Returns  {"marked", seq} | {"unchanged", seq} | {"cold"}
-- Cost     O(1).   Called by Support/Chats/Receipts.mark
local chat, journal, cell, log = unpack(KEYS)
local iso, who, what, upto = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local field = who .. '_' .. what

local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'id', 'tenant', 'seq', field)
if not epoch or state[1] ~= epoch then return { 'cold' } end

local seq, was = tonumber(state[4]), tonumber(state[5] or 0)
local mark = upto == 0 and seq or math.min(upto, seq)
if mark <= was then return { 'unchanged', string.format('%.0f', was) } end

mark, was = string.format('%.0f', mark), string.format('%.0f', was)
redis.call('HSET', chat, field, mark, field .. '_at', iso)
redis.call('XADD', journal, '*', 'f', '{"kind":"chat.marked","at":"' .. iso .. '",' .. state[3] .. ',"by":"' .. who
    .. '","mark":"' .. what .. '","from_seq":' .. was .. ',"up_to_seq":' .. mark .. '}')
redis.call('PUBLISH', ARGV[5], '\n{"type":"message_status","status":"' .. what .. '","by":"' .. who
    .. '","up_to_seq":' .. mark .. ',"at":"' .. iso .. '"}')
if who == 'admin' and what == 'read' then
    local news = '{"type":"chat_updated","chat":{"id":"' .. state[2] .. '","read_up_to":' .. mark .. ',"unread":'
        .. tostring(tonumber(mark) < seq) .. '}}'
    local entry = redis.call('XADD', log, 'MAXLEN', '~', ARGV[7], '0-*', 'm', news)
    redis.call('PUBLISH', ARGV[6], string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)
end
return { 'marked', mark }
