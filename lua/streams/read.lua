-- read.lua: where a stream with a log stands, and what came after an offset, in one step.
--
-- KEYS[1]  {cN}:ACCOUNT:staff:log  stream  0-offset -> publication JSON
-- KEYS[2]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  publications after this offset; -1 = none
-- ARGV[2]  at most this many
-- ARGV[3]  epoch to begin, should the cell have none
-- ARGV[4]  and no more once they have so many bytes
--
-- Returns  {epoch, newest offset, publications}
-- Cost     O(returned).   Called by Support/Chats/StaffNews
local log, cell = KEYS[1], KEYS[2]
redis.call('HSETNX', cell, 'epoch', ARGV[3])
local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
local publications = {}
if ARGV[1] ~= '-1' then
    local low, left, bytes, most = '(0-' .. ARGV[1], tonumber(ARGV[2]), 0, tonumber(ARGV[4])
    while left > 0 and bytes < most do
        local count = math.min(32, left)
        local entries = redis.call('XRANGE', log, low, '+', 'COUNT', count)
        for _, entry in ipairs(entries) do
            publications[#publications + 1] = entry[2][2]
            bytes, low = bytes + #entry[2][2], '(' .. entry[1]
        end
        left = #entries < count and 0 or left - count
    end
end
return { redis.call('HGET', cell, 'epoch'), newest and string.sub(newest[1], 3) or '0', publications }
