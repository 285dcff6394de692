-- send.lua: accept one message: dedupe, rate limit, number it, remember it, journal it, publish it.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[3]  {cN}:ACCOUNT:chat:ID:clients    zset    sender:client_id -> seq
-- KEYS[4]  {cN}:rate:SENDER        string  when the sender's bucket is full again, ms (GCRA)
-- KEYS[5]  {cN}:rate:address:DIGEST  string  the same bucket of the address that it comes from
-- KEYS[6]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[7]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- KEYS[8]  {cN}:ACCOUNT:staff:log  stream  0-offset -> what the staff were told
-- ARGV[1]  now, ms
-- ARGV[2]  now, ISO 8601
-- ARGV[3]  sender: user | admin
-- ARGV[4]  sender id
-- ARGV[5]  sender's name as a JSON string, or null
-- ARGV[6]  sender:client_id, as neither side may be answered with the other's message
-- ARGV[7]  message JSON that follows seq and conversation_id
-- ARGV[8]  the chat list's last_message_* fields as JSON members
-- ARGV[9]  id for the conversation, should one be opened
-- ARGV[10] rate limit: ms per message
-- ARGV[11] rate limit: burst, messages
-- ARGV[12] history length, messages
-- ARGV[13] the chat's channel
-- ARGV[14] the staff's channel
-- ARGV[15] staff's log length, publications
-- ARGV[16] address's rate limit: ms per message, or 0 for none
-- ARGV[17] address's rate limit: burst, messages
-- ARGV[18] options of the desk: staff's log length, idle chats expire after, s
--
-- When a conversation opens, or is taken by who answers, further keys are those of assignment/desk, in the same cell.
--
-- Returns  {"accepted", message} | {"duplicate", message} | {"forgotten", seq} | {"limited", retry after, ms} | {"cold"}
-- Cost     O(log n) in the chat's remembered messages.   Called by Support/Messages/Messages.send
local chat, history, clients, rate, address, journal, cell, log = unpack(KEYS)
local now, iso, sender, sender_id, sender_name, client_id, rest, summary = unpack(ARGV, 1, 8)
now = tonumber(now)

local epoch = redis.call('HGET', cell, 'epoch')
local state = redis.call('HMGET', chat, 'epoch', 'id', 'tenant', 'card', 'seq', 'persisted', 'archived',
    'conversation', 'status', 'new', 'idle', 'inbox')
if not epoch or state[1] ~= epoch then return { 'cold' } end
local id, tenant, card, archived = state[2], state[3], state[4], state[7] == '1'

-- A repeat is answered before the rate limit: resending what was accepted costs the client nothing.
local known = redis.call('ZSCORE', clients, client_id)
if known then
    local entry = redis.call('XRANGE', history, known .. '-0', known .. '-0')[1]
    if entry then return { 'duplicate', entry[2][2] } end
    return { 'forgotten', known }
end

-- Generic cell rate algorithm: a bucket is nothing but the moment at which it will be full again.
-- Both are asked before either pays: who is refused by one takes nothing from the other.
local paid = {}
for _, bucket in ipairs({ { rate, ARGV[10], ARGV[11] }, { address, ARGV[16], ARGV[17] } }) do
    local key, interval, burst = bucket[1], tonumber(bucket[2]), tonumber(bucket[3])
    if interval > 0 then
        local full = math.max(tonumber(redis.call('GET', key) or now), now) + interval
        if full - now > interval * burst then return { 'limited', math.ceil(full - now - interval * burst) } end
        paid[#paid + 1] = { key, full }
    end
end
for _, bucket in ipairs(paid) do
    redis.call('SET', bucket[1], string.format('%.0f', bucket[2]), 'PX', math.ceil(bucket[2] - now))
end

local seq = string.format('%.0f', tonumber(state[5]) + 1)
if state[11] then -- the chat was left to expire; it lives again
    redis.call('HDEL', chat, 'idle')
    for i = 1, 3 do redis.call('PERSIST', KEYS[i]) end
end

-- A conversation must be open: whoever writes first opens one, which waits until somebody has it.
local conversation, status, moment, opened = state[8], state[9], ARGV[1], nil
local opens = status ~= 'waiting' and status ~= 'active'
if opens then
    conversation, status = ARGV[9], 'waiting'
    --include chats/open
end

local message = '{"seq":' .. seq .. ',"conversation_id":"' .. conversation .. '",' .. rest
local fact = '{"kind":"message.created","at":"' .. iso .. '",' .. tenant .. ',"sender_id":"' .. sender_id
    .. '","message":' .. message
if state[10] then -- the first message brings the chat's and the contact's rows with it
    fact = fact .. ',"about":' .. redis.call('HGET', chat, 'about')
    redis.call('HDEL', chat, 'new', 'about')
end
if opened then fact = fact .. ',' .. opened end

if sender == 'user' then archived = false end -- whoever writes again is back in the list
local keep = math.max(0, math.min(tonumber(state[6]) + 1, tonumber(seq) - tonumber(ARGV[12]) + 1))
redis.call('HSET', chat, 'seq', seq, 'archived', archived and '1' or '0')
redis.call('XADD', history, 'MINID', '~', string.format('%.0f-0', keep), seq .. '-0', 'm', message)
redis.call('ZADD', clients, seq, client_id)
redis.call('XADD', journal, '*', 'f', fact .. '}')

redis.call('SPUBLISH', ARGV[13], seq .. ' ' .. epoch .. '\n{"type":"new_message","message":' .. message .. '}')

-- What it means for the line: an agent who answers somebody who waits has them, if there is room.
local function settle()
    --include assignment/desk
    local desk = open_desk(cell:sub(1, -5), chat:match('^{[^}]*}:(.-):'), ARGV[18], epoch)
    local c = desk.chat(id)
    if sender == 'user' then return desk.arrive(c) end
    desk.know(sender_id, sender_name)
    local weight = c.offered == sender_id and 0 or desk.weight_of(c.line)
    if not desk.has_room(desk.agent(sender_id), weight) then return opens and desk.arrive(c) end
    desk.hand(c, sender_id, 'replied', sender_id)
    status = 'active'
end
if sender == 'admin' then
    if status == 'waiting' then settle() end
    redis.call('HSET', chat, 'replied', '1')
end

local row = '"chat":{"id":"' .. id .. '",' .. card .. ',"message_count":' .. seq .. ',"archived":' .. tostring(archived)
    .. ',"status":"' .. status .. '",' .. summary .. '}}'
local news
if sender == 'user' then
    news = '{"type":"new_user_message","chat_id":"' .. id .. '",' .. card .. ',"message":' .. message .. ',' .. row
else
    news = '{"type":"chat_updated",' .. row
end
local entry = redis.call('XADD', log, 'MAXLEN', '~', ARGV[15], '0-*', 'm', news)
redis.call('SPUBLISH', ARGV[14], string.sub(entry, 3) .. ' ' .. epoch .. '\n' .. news)
if sender == 'user' and (opens or status == 'waiting' and not state[12]) then settle() end -- or is from before lines
return { 'accepted', message }
