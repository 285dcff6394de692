-- tick.lua: enqueue the job of one tick of a cron entry, once whoever asks.
--
-- KEYS[1]  cron        hash  entry -> its last tick, s
-- KEYS[2]  queues      set   names of the queues
-- KEYS[3]  queue:NAME  list  waiting jobs
-- ARGV[1]  entry       ARGV[2]  its last tick as the caller knows it, s     ARGV[3]  this tick, s
-- ARGV[4]  NAME        ARGV[5]  the job
--
-- Returns  {"enqueued"} | {"made"} when another process has made a tick since
-- Cost     O(1).   Called by Jobs/Cron/CronStore.tick
local ticks, queues, queue = KEYS[1], KEYS[2], KEYS[3]
local entry, last, tick, name, job = unpack(ARGV)

if redis.call('HGET', ticks, entry) ~= last then return {'made'} end
redis.call('HSET', ticks, entry, tick)
redis.call('SADD', queues, name)
redis.call('LPUSH', queue, job)
return {'enqueued'}
