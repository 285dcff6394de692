-- read.lua: where a stream with a log stands, and what came after an offset, in one step.
--
-- KEYS[1]  {cN}:ACCOUNT:staff:log  stream  0-offset -> publication JSON
-- KEYS[2]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  publications after this offset; -1 = none
-- ARGV[2]  at most this many
-- ARGV[3]  epoch to begin, should the cell have none
--
-- Returns  {epoch, newest offset, publications}
-- Cost     O(returned).   Called by Support/Chats/StaffNews
local log, cell = KEYS[1], KEYS[2]
redis.call('HSETNX', cell, 'epoch', ARGV[3])
local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
local publications = {}
if ARGV[1] ~= '-1' then
    for i, entry in ipairs(redis.call('XRANGE', log, '(0-' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
        publications[i] = entry[2][2]
    end
end
return { redis.call('HGET', cell, 'epoch'), newest and string.sub(newest[1], 3) or '0', publications }
