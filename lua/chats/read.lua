-- read.lua: the live state of a chat and its newest messages, in one step so that they agree.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[3]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- KEYS[4]  {cN}:ACCOUNT:waiting    zset    conversation -> waiting since, ms
-- ARGV[1]  messages after this seq (exclusive); -1 = the newest ones
-- ARGV[2]  messages before this seq (exclusive); 0 = no bound
-- ARGV[3]  at most this many: the oldest ones when there is a lower bound, else the newest; 0 = none, the state alone
--
-- Returns  {"warm", fields, messages, place in line or 0} | {"cold"}
-- Cost     O(messages returned).   Called by Support/Chats/Chats.live
local chat, history, cell, waiting = unpack(KEYS)
local epoch = redis.call('HGET', cell, 'epoch')
if not epoch or redis.call('HGET', chat, 'epoch') ~= epoch then return { 'cold' } end

local after, before, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local low = string.format('%.0f-0', tonumber(after) + 1)
local high = before == '0' and '+' or string.format('%.0f-0', tonumber(before) - 1)
local entries
if limit == 0 or before ~= '0' and tonumber(before) <= tonumber(after) + 1 then
    entries = {}
elseif after ~= '-1' then
    entries = redis.call('XRANGE', history, low, high, 'COUNT', limit)
else
    entries = redis.call('XREVRANGE', history, high, low, 'COUNT', limit)
end

local messages, count = {}, #entries
for i, entry in ipairs(entries) do messages[after ~= '-1' and i or count + 1 - i] = entry[2][2] end
local conversation = redis.call('HGET', chat, 'conversation')
local place = conversation and redis.call('ZRANK', waiting, conversation)
return { 'warm', redis.call('HGETALL', chat), messages, place and place + 1 or 0 }
