-- arm.lua: set and drop timers, in their order and in one step.
--
-- KEYS[1]  {cN}:timers             zset    timer -> due, ms; +inf = it has had its turn
-- KEYS[2]  {cN}:timers:notes       hash    timer -> note
-- ARGV[1..]  five each: set | begin | drop, timer, due in ms or +inf, note, another timer or empty. A timer is begun
--            only where neither it nor the other one is there.
--
-- Returns  {"armed"}
-- Cost     O(steps × log n).   Called by Support/Timers/Timers.take
local timers, notes = KEYS[1], KEYS[2]
for i = 1, #ARGV, 5 do
    local step, timer, due, note, other = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
    if step == 'drop' then
        redis.call('ZREM', timers, timer)
        redis.call('HDEL', notes, timer)
    elseif step == 'set' or not redis.call('ZSCORE', timers, timer)
        and (other == '' or not redis.call('ZSCORE', timers, other)) then
        redis.call('ZADD', timers, due, timer)
        if note == '' then redis.call('HDEL', notes, timer) else redis.call('HSET', notes, timer, note) end
    end
end
return { 'armed' }
