-- end.lua: end the open conversation of a chat, once, saying why and by whom.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[3]  {cN}:ACCOUNT:chat:ID:clients    zset    sender:client_id -> seq
-- KEYS[4]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[5]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- KEYS[6]  {cN}:ACCOUNT:staff:log  stream  0-offset -> what the staff were told
-- KEYS[7]  {cN}:timers             zset    timer -> due, ms
-- KEYS[8]  {cN}:timers:notes       hash    timer -> note
-- ARGV[1]  now, ms
-- ARGV[2]  now, ISO 8601
-- ARGV[3]  the conversation that is meant; empty = whichever is open
-- ARGV[4]  reason
-- ARGV[5]  who, in a word: user | agent | supervisor | system
-- ARGV[6]  who, as JSON: an id, or null
-- ARGV[7]  comment as a JSON string, or null
-- ARGV[8]  idle chats expire after, s
-- ARGV[9]  the chat's channel
-- ARGV[10] the staff's channel
-- ARGV[11] staff's log length, publications
-- ARGV[12] the timer that asks; empty = somebody else does
-- ARGV[13] the due time that was seen of it, ms
-- ARGV[14] end only if no message came after this seq; -1 = whatever came
-- ARGV[15] options of the desk: staff's log length, idle chats expire after, s
--
-- Further keys are those of assignment/desk, in the same cell: who had the conversation is given the next one.
--
-- Returns  {"ended", conversation, version} | {"unchanged"} | {"cold"}
-- Cost     O(log n) in the line.   Called by Support/Endings/Endings.end
local chat, history, clients, journal, cell, log, timers, notes = unpack(KEYS)
local now, iso, meant, reason, kind, who, comment, expiry, channel, staff, length, timer, due, newest = unpack(ARGV)

local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'id', 'tenant', 'conversation', 'status', 'version', 'opened_at',
    'assigned_at', 'assignee', 'seq', 'persisted', 'team', 'priority', 'skills', 'place', 'offered', 'declined',
    'line')
if not epoch or state[1] ~= epoch then return { 'cold' } end
if timer ~= '' then -- whatever comes of it, this timer has had its turn
    if tonumber(redis.call('ZSCORE', timers, timer) or -1) ~= tonumber(due) then return { 'unchanged' } end
    redis.call('ZREM', timers, timer)
    redis.call('HDEL', notes, timer)
end
local conversation, status = state[4], state[5]
if status ~= 'waiting' and status ~= 'active' then return { 'unchanged' } end
if meant ~= '' and meant ~= conversation then return { 'unchanged' } end
if newest ~= '-1' and tonumber(newest) ~= tonumber(state[10]) then return { 'unchanged' } end

local version = string.format('%.0f', tonumber(state[6] or 0) + 1)
local function quoted(text) return text and '"' .. text .. '"' or 'null' end

redis.call('HSET', chat, 'status', 'ended', 'version', version, 'ended_at', iso, 'ended_reason', reason,
    'ended_type', kind)
redis.call('HDEL', chat, 'assigned_at', 'rating', 'warned', 'assignee', 'assignee_name', 'offered', 'offer_until', 'declined',
    'relaxed', 'replied')
if state[10] == state[11] then -- only this is in Redis alone: it may expire, long after the journal was read
    redis.call('HSET', chat, 'idle', '1')
    for i = 1, 3 do redis.call('EXPIRE', KEYS[i], expiry) end
end

local shared = '{"id":"' .. conversation .. '","status":"ended"'
local ending = ',"ended_at":"' .. iso .. '","ended_reason":"' .. reason .. '","ended_type":"' .. kind .. '"'
redis.call('XADD', journal, '*', 'f', '{"kind":"conversation.ended","at":"' .. iso .. '",' .. state[3]
    .. ',"conversation":' .. shared .. ',"version":' .. version .. ',"opened_at":"' .. state[7] .. '","assigned_at":'
    .. quoted(state[8]) .. ',"assignee_id":' .. quoted(state[9])
    .. ',"team_id":' .. quoted(state[12]) .. ',"priority":' .. (state[13] or '1') .. ',"skills":"' .. (state[14] or '')
    .. '","place":' .. (state[15] or 'null') .. ending .. ',"ended_by":' .. who
    .. ',"ended_comment":' .. comment .. '}}')

redis.call('SPUBLISH', channel, '\n{"type":"conversation","conversation":' .. shared
    .. ',"position":null,"assignee":null' .. ending .. ',"rating":null}}')
local news = '{"type":"chat_updated","chat":{"id":"' .. state[2] .. '","status":"ended","assignee":null' .. ending
    .. ',"ended_comment":' .. comment .. '}}'
local entry = redis.call('XADD', log, 'MAXLEN', '~', length, '0-*', 'm', news)
redis.call('SPUBLISH', staff, string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)

--include assignment/desk
open_desk(cell:sub(1, -5), chat:match('^{[^}]*}:(.-):'), ARGV[15], epoch).let_go({ id = state[2], assignee = state[9],
    offered = state[16], declined = state[17], line = state[18] })
return { 'ended', conversation, version }
