-- push.lua: enqueue jobs that have a lock or belong to a batch, each in one step with these.
--
-- KEYS[1]  queues         set   names of the queues
-- KEYS[2]  schedule       zset  job -> due, s
-- KEYS[3]  schedule:wake  list  one element when a job is due before a scheduler looks by itself
-- ARGV[1]  batches are kept for, s, since a job was last added    ARGV[2]  1 to wake a scheduler, else ""
-- ARGV[3..]  seven of each job: jid; queue; due, s, or "" for at once; lock or ""; it lasts, ms;
--            batch or ""; the job
--
-- Returns  of each job {"enqueued", jid} | {"duplicate", jid it is one of} | {"over", jid}: no such batch, or ended
-- Cost     O(jobs × log scheduled).   Called by Jobs/JobClient
--
-- Jobs name their queue, lock and batch themselves, so these keys are made here.
local queues, schedule, wake = KEYS[1], KEYS[2], KEYS[3]
local kept = ARGV[1]

-- A batch takes jobs until the last of those it has is done.
local function join(batch, jid)
  local pending = 'batch:' .. batch .. ':pending'
  if redis.call('EXISTS', pending) == 0 then return false end
  if redis.call('SADD', pending, jid) == 1 then redis.call('HINCRBY', 'batch:' .. batch, 'total', 1) end
  for _, part in ipairs({'', ':pending', ':failed', ':complete', ':success'}) do
    redis.call('EXPIRE', 'batch:' .. batch .. part, kept)
  end
  return true
end

local answer = {}
for i = 3, #ARGV, 7 do
  local jid, queue, due, lock, lasts, batch, job = unpack(ARGV, i, i + 6)
  local owner = lock ~= '' and redis.call('GET', lock)
  if owner then
    answer[#answer + 1] = {'duplicate', owner}
  elseif batch ~= '' and not join(batch, jid) then
    answer[#answer + 1] = {'over', jid}
  else
    if lock ~= '' then redis.call('SET', lock, jid, 'PX', lasts) end
    if due ~= '' then
      redis.call('ZADD', schedule, due, job)
    else
      redis.call('SADD', queues, queue)
      redis.call('LPUSH', 'queue:' .. queue, job)
    end
    answer[#answer + 1] = {'enqueued', jid}
  end
end
if ARGV[2] ~= '' then
  redis.call('LPUSH', wake, 1)
  redis.call('LTRIM', wake, 0, 0)
  redis.call('EXPIRE', wake, 5)
end
return answer
