-- leave.lua: a process that ends takes its record away.
--
-- KEYS[1]  processes                     set   identities (Sidekiq's)
-- KEYS[2]  IDENTITY                      hash  the process's record (Sidekiq's)
-- KEYS[3]  IDENTITY:work                 hash  thread -> job it runs (Sidekiq's)
-- KEYS[4]  in-progress                   zset  identity -> its lease's end, s
-- KEYS[5]  in-progress:IDENTITY          hash  token -> job this process has in hand
-- KEYS[6]  in-progress:IDENTITY:arrived  list  jobs that came to it while it waited
-- KEYS[7]  IDENTITY:workers              hash  the jobs it runs, as Sidekiq up to 6.4 reads them
-- ARGV[1]  identity
--
-- Returns  {"left"} | {"owing"} when jobs are still in hand: the lease ends now, so they are recovered
-- Cost     O(1).   Called by Jobs/Worker/JobStore.leave
local processes, record, work, leases, progress, arrived, workers = unpack(KEYS)
local identity = ARGV[1]

redis.call('SREM', processes, identity)
redis.call('UNLINK', record, work, workers)
if redis.call('EXISTS', progress, arrived) == 0 then
  redis.call('ZREM', leases, identity)
  return {'left'}
end
redis.call('ZADD', leases, 0, identity)
return {'owing'}
