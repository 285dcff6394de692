-- ask.lua: a visitor asks for somebody, without writing: their conversation opens, if none is open.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[3]  {cN}:ACCOUNT:chat:ID:clients    zset    sender:client_id -> seq
-- KEYS[4]  {cN}:journal            stream  facts on their way to PostgreSQL
-- KEYS[5]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  now, ms
-- ARGV[2]  now, ISO 8601
-- ARGV[3]  id for the conversation
-- ARGV[4]  options of the desk: staff's log length, idle chats expire after, s
--
-- Further keys are those of assignment/desk, in the same cell.
--
-- Returns  {"open"} | {"cold"}
-- Cost     O(log n + lines).   Called by Support/Assignment/Assignments.ask
local chat, history, clients, journal, cell = unpack(KEYS)
local moment, iso, conversation, options = unpack(ARGV)
local opened
local epoch = redis.call('HGET', cell, 'epoch')
local s = redis.call('HMGET', chat, 'epoch', 'id', 'tenant', 'status', 'about')
if not epoch or s[1] ~= epoch then return { 'cold' } end
if s[4] == 'waiting' or s[4] == 'active' then return { 'open' } end

for _, key in ipairs({ chat, history, clients }) do redis.call('PERSIST', key) end
redis.call('HDEL', chat, 'idle', 'new', 'about')
--include chats/open
redis.call('XADD', journal, '*', 'f', '{"kind":"conversation.changed","at":"' .. iso .. '",' .. s[3]
    .. ',"cause":"asked","actor_id":null' .. (s[5] and ',"about":' .. s[5] or '') .. ',' .. opened .. '}')
--include assignment/desk
local desk = open_desk(cell:sub(1, -5), chat:match('^{[^}]*}:(.-):'), options, epoch)
desk.arrive(desk.chat(s[2]))
return { 'open' }
