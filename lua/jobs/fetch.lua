-- fetch.lua: drop the jobs that are done and take up to k new ones in hand, in one step.
--
-- KEYS[1]  in-progress:IDENTITY       list  jobs this process has in hand, newest first
-- KEYS[2]  stat:processed             int   executions ever
-- KEYS[3]  stat:processed:YYYY-MM-DD  int   executions of the day (UTC), kept five years
-- KEYS[4..] queue:NAME                list  waiting jobs, oldest at the tail; first queue first
-- ARGV[1]  k, 0 to acknowledge only     ARGV[2..]  the jobs that are done, byte for byte
--
-- Returns  one array of jobs per queue, in the order of the keys
-- Cost     O(done × in hand + taken).   Called by Jobs/Worker/JobStore.fetch
local progress, processed, today = KEYS[1], KEYS[2], KEYS[3]
local wanted = tonumber(ARGV[1])

-- The oldest job is the likeliest to be done: search from the tail. A job that is not there any
-- more was given to somebody else after this process had been silent for too long; who runs it
-- last counts it.
local done = 0
for i = 2, #ARGV do
  done = done + redis.call('LREM', progress, -1, ARGV[i])
end
if done > 0 then
  redis.call('INCRBY', processed, done)
  if redis.call('INCRBY', today, done) == done then redis.call('EXPIRE', today, 157680000) end
end

local taken = {}
for i = 4, #KEYS do
  local jobs = wanted > 0 and redis.call('RPOP', KEYS[i], wanted) or {}
  if #jobs > 0 then
    wanted = wanted - #jobs
    redis.call('LPUSH', progress, unpack(jobs))
  end
  taken[i - 3] = jobs
end
return taken
