-- built.lua: note that the timers of an epoch have been made.
--
-- KEYS[1]  {cN}:cell               hash    epoch; timers: the epoch for which the timers were made
-- ARGV[1]  the epoch
--
-- Returns  {"built"} | {"changed"}
-- Cost     O(1).   Called by Support/Timers/Timers.built
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return { 'changed' } end
redis.call('HSET', KEYS[1], 'timers', ARGV[1])
return { 'built' }
