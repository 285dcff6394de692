-- beat.lua: a process says that it lives and what it does, and hears what it is asked to do.
--
-- KEYS[1]  processes                     set   identities (Sidekiq's)
-- KEYS[2]  IDENTITY                      hash  the process's record (Sidekiq's), kept 60 s
-- KEYS[3]  IDENTITY:work                 hash  thread -> job it runs (Sidekiq's), kept 60 s
-- KEYS[4]  IDENTITY-signals              list  what the process is asked to do (Sidekiq's)
-- KEYS[5]  in-progress                   zset  identity -> its lease's end, s
-- KEYS[6]  in-progress:IDENTITY          hash  token -> job this process has in hand
-- KEYS[7]  in-progress:IDENTITY:arrived  list  jobs that came to it while it waited
-- KEYS[8]  IDENTITY:workers              hash  the jobs it runs, as Sidekiq up to 6.4 reads them
-- ARGV[1]  identity    ARGV[2]  lease lasts, s    ARGV[3]  n, how many arguments describe the process
-- ARGV[4..] field and value, n arguments; then thread and job of the running ones
--
-- Returns  {signal | "", tokens in hand, jobs that arrived, now, s}
-- Cost     O(fields + in hand).   Called by Jobs/Worker/JobStore.beat
local processes, record, work, signals, leases, progress, arrived, workers = unpack(KEYS)
local identity, lease, described = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local clock = redis.call('TIME')
local now = string.format('%d.%06d', clock[1], clock[2])
redis.call('SADD', processes, identity)
redis.call('HSET', record, 'beat', now, unpack(ARGV, 4, 3 + described))
redis.call('EXPIRE', record, 60)
redis.call('UNLINK', work, workers)
if #ARGV > 3 + described then
  for _, key in ipairs({work, workers}) do
    redis.call('HSET', key, unpack(ARGV, 4 + described))
    redis.call('EXPIRE', key, 60)
  end
end
redis.call('ZADD', leases, string.format('%.6f', tonumber(now) + lease), identity)
return {
  redis.call('RPOP', signals) or '', redis.call('HKEYS', progress), redis.call('LRANGE', arrived, 0, -1), now,
}
