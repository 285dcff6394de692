-- retry.lua: move a failed job from in hand to the set where it waits: retry or dead.
--
-- KEYS[1]  in-progress:IDENTITY       list  jobs this process has in hand
-- KEYS[2]  retry | dead               zset  job -> when it is tried again | when it died, s
-- KEYS[3]  stat:processed             int   executions ever, failed ones included
-- KEYS[4]  stat:processed:YYYY-MM-DD  int   executions of the day (UTC), kept five years
-- KEYS[5]  stat:failed                int   failed executions ever
-- KEYS[6]  stat:failed:YYYY-MM-DD     int   failed executions of the day (UTC), kept five years
-- ARGV[1]  the job as it was fetched    ARGV[2]  the job as it is to be kept, "" to drop it
-- ARGV[3]  wait, s    ARGV[4]  keep at most, 0 = all    ARGV[5]  keep for, s
--
-- Returns  {"moved"} | {"lost"} when the job is no longer in hand: somebody else runs it
-- Cost     O(in hand + log waiting).   Called by Jobs/Worker/JobStore.settle
local progress, waiting = KEYS[1], KEYS[2]
local job, kept = ARGV[1], ARGV[2]
local wait, most, age = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

if redis.call('LREM', progress, -1, job) == 0 then return {'lost'} end

-- Redis's clock decides when a job is due, for all processes alike.
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
if kept ~= '' then redis.call('ZADD', waiting, string.format('%.6f', now + wait), kept) end
if most > 0 then
  redis.call('ZREMRANGEBYSCORE', waiting, '-inf', string.format('%.6f', now - age))
  redis.call('ZREMRANGEBYRANK', waiting, 0, -most)
end

for i = 3, 5, 2 do
  redis.call('INCR', KEYS[i])
  if redis.call('INCR', KEYS[i + 1]) == 1 then redis.call('EXPIRE', KEYS[i + 1], 157680000) end
end
return {'moved'}
