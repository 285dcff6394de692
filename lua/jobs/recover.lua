-- recover.lua: give the jobs that a dead process had in hand back to their queues.
--
-- KEYS[1]  in-progress           zset  identity -> its lease's end, s
-- KEYS[2]  in-progress:IDENTITY  list  jobs the dead process has in hand, newest first
-- KEYS[3]  queues                set   names of the queues
-- KEYS[4]  dead                  zset  job -> when it died, s
-- KEYS[5]  processes             set   identities (Sidekiq's)
-- ARGV[1]  identity    ARGV[2]  at most    ARGV[3]  this recovery of a job is its death
-- ARGV[4]  fields of a job that dies so, as JSON members    ARGV[5]  dead set: keep at most
-- ARGV[6]  dead set: keep for, s
--
-- Returns  {"alive"} | {"recovered", how many, how many of them died, how many are left}
-- Cost     O(recovered).   Called by Jobs/Worker/JobStore.recover
--
-- Recoveries are counted per job for 72 h (`super_fetch:recovered:JID`, Sidekiq Pro's key): a job
-- that takes its process down each time must not take down the fleet.
local leases, progress, queues, dead, processes = unpack(KEYS)
local identity, most, fatal, epitaph = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local deadMost, deadAge = tonumber(ARGV[5]), tonumber(ARGV[6])

local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local lease = redis.call('ZSCORE', leases, identity)
if lease and tonumber(lease) > now then return {'alive'} end
redis.call('SREM', processes, identity)

-- Newest first onto the tail, so that the oldest is taken next.
local recovered, died = 0, 0
while recovered < most do
  local job = redis.call('LPOP', progress)
  if not job then break end
  recovered = recovered + 1
  local ok, fields = pcall(cjson.decode, job)
  local readable = ok and type(fields) == 'table'
  local deaths = 0
  if readable and type(fields.jid) == 'string' then
    local counter = 'super_fetch:recovered:' .. fields.jid
    deaths = redis.call('INCR', counter)
    redis.call('EXPIRE', counter, 259200)
  end
  if readable and deaths < fatal then
    local queue = type(fields.queue) == 'string' and fields.queue or 'default'
    redis.call('SADD', queues, queue)
    redis.call('RPUSH', 'queue:' .. queue, job)
  else
    if readable then job = string.gsub(job, '}%s*$', '') .. ',' .. epitaph .. '}' end
    redis.call('ZADD', dead, string.format('%.6f', now), job)
    died = died + 1
  end
end
if died > 0 then
  redis.call('ZREMRANGEBYSCORE', dead, '-inf', string.format('%.6f', now - deadAge))
  redis.call('ZREMRANGEBYRANK', dead, 0, -deadMost)
end

-- A process that was only stopped for long finds its lease again at its next beat; what it takes
-- in hand before that must stay findable, so the entry goes a day later.
local left = redis.call('LLEN', progress)
if left == 0 and lease and tonumber(lease) < now - 86400 then redis.call('ZREM', leases, identity) end
return {'recovered', recovered, died, left}
