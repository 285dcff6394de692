-- move.lua: set a timer to another time, or take it away, if it is still as it was seen.
--
-- KEYS[1]  {cN}:timers             zset    timer -> due, ms
-- KEYS[2]  {cN}:timers:notes       hash    timer -> note
-- ARGV[1]  timer
-- ARGV[2]  the due time that was seen, ms
-- ARGV[3]  the new one, ms; empty = take it away
--
-- Returns  {"moved"} | {"changed"}
-- Cost     O(log n).   Called by Support/Timers/Timers.move
local timers, notes = KEYS[1], KEYS[2]
if tonumber(redis.call('ZSCORE', timers, ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return { 'changed' } end
if ARGV[3] ~= '' then
    redis.call('ZADD', timers, ARGV[3], ARGV[1])
else
    redis.call('ZREM', timers, ARGV[1])
    redis.call('HDEL', notes, ARGV[1])
end
return { 'moved' }
