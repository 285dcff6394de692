-- promote.lua: move the jobs whose time has come to their queues.
--
-- KEYS[1]  queues  set   names of the queues
-- KEYS[2]  dead    zset  job -> when it died, s; here: entries that are no jobs
-- KEYS[3..]  retry, schedule: zset, job -> due, s
-- ARGV[1]  of each set at most
--
-- Returns  {most that one set moved, ms until the next one is due | -1 when none waits, now, s}
-- Cost     O(moved × log waiting).   Called by Jobs/Worker/JobStore.promote
--
-- A job says itself which queue it belongs to, so the queues' keys are made here. Its text is read
-- but never written anew: cjson would change large numbers, floats and empty arrays.
local queues, dead = KEYS[1], KEYS[2]
local most = tonumber(ARGV[1])

local clock = redis.call('TIME')
local now = string.format('%d.%06d', clock[1], clock[2])

local function head(waiting)
  local score = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')[2]
  return score and tonumber(score)
end

local function promote(waiting)
  local due = redis.call('ZRANGE', waiting, '-inf', now, 'BYSCORE', 'LIMIT', 0, most)
  local batches = {}
  for _, job in ipairs(due) do
    local ok, fields = pcall(cjson.decode, job)
    local body = string.match(job, '^(.*%S)%s*}%s*$')
    if ok and type(fields) == 'table' and body then
      local queue = type(fields.queue) == 'string' and fields.queue or 'default'
      local batch = batches[queue] or {}
      local comma = string.sub(body, -1) == '{' and '' or ','
      batch[#batch + 1] = body .. comma .. '"enqueued_at":' .. now .. '}'
      batches[queue] = batch
    else
      redis.call('ZADD', dead, now, job)
    end
  end
  for queue, batch in pairs(batches) do
    redis.call('SADD', queues, queue)
    redis.call('LPUSH', 'queue:' .. queue, unpack(batch))
  end
  -- What BYSCORE gave is what ranks lowest.
  if #due > 0 then redis.call('ZREMRANGEBYRANK', waiting, 0, #due - 1) end
  return #due
end

local moved, rest = 0, -1
for i = 3, #KEYS do
  local due = head(KEYS[i])
  if due and due <= tonumber(now) then
    moved = math.max(moved, promote(KEYS[i]))
    due = head(KEYS[i])
  end
  local wait = due and math.max(0, math.ceil((due - tonumber(now)) * 1000)) or -1
  if rest == -1 or wait ~= -1 and wait < rest then rest = wait end
end
return {moved, rest, now}
