-- settle.lua: end a job in hand: where it goes, how it counts, and what else is to be done in the same step.
--
-- KEYS[1]  in-progress:IDENTITY          hash  token -> job this process has in hand
-- KEYS[2]  in-progress:IDENTITY:arrived  list  jobs that came to it while it waited
-- KEYS[3]  retry | schedule | dead       zset  job -> when it is due | when it died, s
-- KEYS[4]  stat:processed                int   executions ever, failed ones included
-- KEYS[5]  stat:processed:YYYY-MM-DD     int   executions of the day (UTC), kept five years
-- KEYS[6]  stat:failed                   int   failed executions ever
-- KEYS[7]  stat:failed:YYYY-MM-DD        int   failed executions of the day (UTC), kept five years
-- ARGV[1]  the job's token, "" if it arrived    ARGV[2]  the job that arrived, byte for byte
-- ARGV[3]  the job as it is to be kept, "" to drop it    ARGV[4]  wait, s
-- ARGV[5]  keep at most, 0 = all    ARGV[6]  keep for, s
-- ARGV[7]  counts as: 0 nothing, 1 processed, 2 failed too
-- ARGV[8..]  errands: each the number of its steps, and of each step the reply without which the
--            errand ends there ("" for any), the number of its words, the words of a command
--
-- Returns  {"moved", errors of errands…} | {"lost"} when the job is no longer in hand
-- Cost     O(arrived + log waiting + errands).   Called by Jobs/Worker/JobStore.settle
local progress, arrived, waiting = KEYS[1], KEYS[2], KEYS[3]
local token, job, kept = ARGV[1], ARGV[2], ARGV[3]
local wait, most, age, counted = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local had = token ~= '' and redis.call('HDEL', progress, token) or redis.call('LREM', arrived, -1, job)
if had == 0 then return {'lost'} end

-- Redis's clock decides when a job is due, for all processes alike.
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
if kept ~= '' then redis.call('ZADD', waiting, string.format('%.6f', now + wait), kept) end
if most > 0 then
  redis.call('ZREMRANGEBYSCORE', waiting, '-inf', string.format('%.6f', now - age))
  redis.call('ZREMRANGEBYRANK', waiting, 0, -most)
end

for i = 4, 2 + 2 * counted, 2 do
  redis.call('INCR', KEYS[i])
  if redis.call('INCR', KEYS[i + 1]) == 1 then redis.call('EXPIRE', KEYS[i + 1], 157680000) end
end

-- The job is where it belongs by now, so an errand that fails takes nothing with it.
local answer, at = {'moved'}, 8
while at <= #ARGV do
  local steps, goes = tonumber(ARGV[at]), true
  at = at + 1
  for _ = 1, steps do
    local expected, words = ARGV[at], tonumber(ARGV[at + 1])
    if goes then
      local reply = redis.pcall(unpack(ARGV, at + 2, at + 1 + words))
      local failed = type(reply) == 'table' and reply.err
      if failed then answer[#answer + 1] = failed end
      goes = not failed and (expected == '' or tostring(reply) == expected)
    end
    at = at + 2 + words
  end
end
return answer
