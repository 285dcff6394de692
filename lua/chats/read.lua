-- read.lua: the live state of a chat and its newest messages, in one step so that they agree.
--
-- KEYS[1]  {cN}:ACCOUNT:chat:ID            hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- KEYS[2]  {cN}:ACCOUNT:chat:ID:history    stream  seq-0 -> message JSON
-- KEYS[3]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  messages after this seq (exclusive); -1 = the newest ones
-- ARGV[2]  messages before this seq (exclusive); 0 = no bound
-- ARGV[3]  at most this many: the oldest ones when there is a lower bound, else the newest; 0 = none, the state alone
-- ARGV[4]  and no more once they have so many bytes; one is always given
--
-- Returns  {"warm", fields, messages, place in line or 0, whether the bytes cut them short: 1 | 0} | {"cold"}
-- Cost     O(messages returned).   Called by Support/Chats/Chats.live
local chat, history, cell = unpack(KEYS)
local epoch = redis.call('HGET', cell, 'epoch')
if not epoch or redis.call('HGET', chat, 'epoch') ~= epoch then return { 'cold' } end

local after, before, limit, most = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local low = string.format('%.0f-0', tonumber(after) + 1)
local high = before == '0' and '+' or string.format('%.0f-0', tonumber(before) - 1)
if before ~= '0' and tonumber(before) <= tonumber(after) + 1 then limit = 0 end

-- A few at a time: large messages are not to be read for nothing.
local messages, bytes, forward = {}, 0, after ~= '-1'
while #messages < limit and bytes < most do
    local count = math.min(32, limit - #messages)
    local entries = forward and redis.call('XRANGE', history, low, high, 'COUNT', count)
        or not forward and redis.call('XREVRANGE', history, high, low, 'COUNT', count)
    for _, entry in ipairs(entries) do
        if bytes < most then
            messages[#messages + 1] = entry[2][2]
            bytes = bytes + #entry[2][2]
        end
        if forward then low = '(' .. entry[1] else high = '(' .. entry[1] end
    end
    if #entries < count then break end
end
local cut = bytes >= most and #messages < limit and 1 or 0
if not forward then
    for i = 1, math.floor(#messages / 2) do
        messages[i], messages[#messages + 1 - i] = messages[#messages + 1 - i], messages[i]
    end
end

-- Its place in line, which is another key of the same account (see assignment/desk).
local held, place = redis.call('HMGET', chat, 'status', 'line'), nil
if held[1] == 'waiting' then
    local root, id = chat:match('^(.*:)chat:(.+)$')
    place = held[2] and redis.call('ZRANK', root .. 'line:' .. held[2] .. ':waiting', id)
        or redis.call('ZRANK', root .. 'arrivals', id)
end
return { 'warm', redis.call('HGETALL', chat), messages, place and place + 1 or 0, cut }
