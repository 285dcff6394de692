-- recover.lua: give the jobs that a dead process had in hand back to their queues.
--
-- KEYS[1]  in-progress                   zset  identity -> its lease's end, s
-- KEYS[2]  in-progress:IDENTITY          hash  token -> job the dead process has in hand
-- KEYS[3]  in-progress:IDENTITY:arrived  list  jobs that came to it while it waited
-- KEYS[4]  in-progress:HEIR              hash  token -> job the recovering process has in hand
-- KEYS[5]  queues                        set   names of the queues
-- KEYS[6]  processes                     set   identities (Sidekiq's)
-- ARGV[1]  identity    ARGV[2]  at most    ARGV[3]  this recovery of a job is its death
-- ARGV[4]  token of the first job that dies, then counting up
--
-- Returns  {"alive"} | {"recovered", how many, how many are left, jobs that die…}
-- Cost     O(in hand).   Called by Jobs/Worker/JobStore.recover
--
-- Recoveries are counted per job for 72 h (`super_fetch:recovered:JID`, Sidekiq Pro's key): a job
-- that takes its process down each time must not take down the fleet. It comes into the hands of
-- the recovering process, which buries it as it buries others.
local leases, progress, arrived, heir, queues, processes = unpack(KEYS)
local identity, most, fatal, token = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local lease = redis.call('ZSCORE', leases, identity)
if lease and tonumber(lease) > now then return {'alive'} end
redis.call('SREM', processes, identity)

-- Newest first onto the tail, so that the oldest is taken next.
local jobs = {}
local tokens = redis.call('HKEYS', progress)
table.sort(tokens, function(a, b) return tonumber(a) > tonumber(b) end)
while #jobs < most do
  local job = redis.call('LPOP', arrived)
  if not job then break end
  jobs[#jobs + 1] = job
end
for i = 1, math.min(#tokens, most - #jobs) do
  jobs[#jobs + 1] = redis.call('HGET', progress, tokens[i])
  redis.call('HDEL', progress, tokens[i])
end

local answer = {'recovered', #jobs, 0}
for _, job in ipairs(jobs) do
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
    redis.call('HSET', heir, token, job)
    token = token + 1
    answer[#answer + 1] = job
  end
end

-- A process that was only stopped for long finds its lease again at its next beat; what it takes
-- in hand before that must stay findable, so the entry goes a day later.
answer[3] = redis.call('HLEN', progress) + redis.call('LLEN', arrived)
if answer[3] == 0 and lease and tonumber(lease) < now - 86400 then redis.call('ZREM', leases, identity) end
return answer
