-- act.lua: an administrator takes one waiting job away: into a queue, to the dead set, or for good.
--
-- KEYS[1]  retry | schedule | dead | queue:NAME  zset or list  where the job waits
-- KEYS[2]  queue:NAME | dead                     list or zset  where it goes; the first again to delete it
-- KEYS[3]  queues                                set           names of the queues
-- ARGV[1]  the job as it waits, byte for byte; "" when it waits nowhere any more
-- ARGV[2]  the job as it goes on, "" to delete it
-- ARGV[3]  NAME of the queue it goes to, "" for the dead set
-- ARGV[4]  dead set: keep at most    ARGV[5]  dead set: keep for, s
-- ARGV[6..]  what its end means to locks and batches: errands, as settle.lua has them
--
-- Returns  {"done"} | {"gone"} when somebody else took it first
-- Cost     O(log waiting), O(waiting) in a queue.   Called by Jobs/Admin/JobAdmin, Jobs/Lost/LostJobs
local from, to, queues = KEYS[1], KEYS[2], KEYS[3]
local job, kept, queue = ARGV[1], ARGV[2], ARGV[3]
local most, age = tonumber(ARGV[4]), tonumber(ARGV[5])

local taken = 1
if job == '' then
  -- Only its errands are left.
elseif redis.call('TYPE', from).ok == 'list' then
  taken = redis.call('LREM', from, -1, job)
else
  taken = redis.call('ZREM', from, job)
end
if taken == 0 then return {'gone'} end

if kept ~= '' and queue ~= '' then
  redis.call('SADD', queues, queue)
  redis.call('LPUSH', to, kept)
elseif kept ~= '' then
  local clock = redis.call('TIME')
  local now = clock[1] + clock[2] / 1000000
  redis.call('ZADD', to, string.format('%.6f', now), kept)
  redis.call('ZREMRANGEBYSCORE', to, '-inf', string.format('%.6f', now - age))
  redis.call('ZREMRANGEBYRANK', to, 0, -most)
end

local at = 6
while at <= #ARGV do
  local steps, goes = tonumber(ARGV[at]), true
  at = at + 1
  for _ = 1, steps do
    local expected, words = ARGV[at], tonumber(ARGV[at + 1])
    if goes then
      local reply = redis.pcall(unpack(ARGV, at + 2, at + 1 + words))
      local failed = type(reply) == 'table' and reply.err
      goes = not failed and (expected == '' or tostring(reply) == expected)
    end
    at = at + 2 + words
  end
end
return {'done'}
