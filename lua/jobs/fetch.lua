-- fetch.lua: drop the jobs that are done and take up to k new ones in hand, in one step.
--
-- KEYS[1]  in-progress:IDENTITY          hash  token -> job this process has in hand
-- KEYS[2]  in-progress:IDENTITY:arrived  list  jobs that came to it while it waited
-- KEYS[3]  stat:processed                int   executions ever
-- KEYS[4]  stat:processed:YYYY-MM-DD     int   executions of the day (UTC), kept five years
-- KEYS[5..] queue:NAME                   list  waiting jobs, oldest at the tail; first queue first
-- ARGV[1]  k, 0 to acknowledge only    ARGV[2]  token of the first job that is taken, then counting up
-- ARGV[3]  n, how many that have a token are done    ARGV[4]  m, how many that arrived are done
-- ARGV[5..] n tokens, m jobs byte for byte, and of each queue how many to take from it at most
--
-- Returns  one array of jobs per queue, in the order of the keys
-- Cost     O(done + taken + arrived).   Called by Jobs/Worker/JobStore.fetch
local progress, arrived, processed, today = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local wanted, token = tonumber(ARGV[1]), tonumber(ARGV[2])
local tokens, values = tonumber(ARGV[3]), tonumber(ARGV[4])

-- A job that is not there any more was given to somebody else after this process had been silent
-- for too long; who runs it last counts it.
local done = tokens > 0 and redis.call('HDEL', progress, unpack(ARGV, 5, 4 + tokens)) or 0
for i = 5 + tokens, 4 + tokens + values do
  done = done + redis.call('LREM', arrived, -1, ARGV[i])
end
if done > 0 then
  redis.call('INCRBY', processed, done)
  if redis.call('INCRBY', today, done) == done then redis.call('EXPIRE', today, 157680000) end
end

local taken = {}
for i = 5, #KEYS do
  local most = math.min(wanted, tonumber(ARGV[i + tokens + values]))
  local jobs = most > 0 and redis.call('RPOP', KEYS[i], most) or {}
  if #jobs > 0 then
    local held = {}
    for j, job in ipairs(jobs) do
      held[2 * j - 1] = token
      held[2 * j] = job
      token = token + 1
    end
    redis.call('HSET', progress, unpack(held))
    wanted = wanted - #jobs
  end
  taken[i - 4] = jobs
end
return taken
