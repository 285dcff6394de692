-- due.lua: which timers are due, by Redis's clock. It changes nothing: what acts on a timer takes it away.
--
-- KEYS[1]  {cN}:timers             zset    timer -> due, ms
-- KEYS[2]  {cN}:timers:notes       hash    timer -> note
-- KEYS[3]  {cN}:cell               hash    epoch; timers: the epoch for which the timers were made
-- ARGV[1]  at most so many
--
-- Returns  {"due", now in ms, when the next one is due or empty, the epoch that has no timers yet or empty, timer, due,
--          note, …}
-- Cost     O(log n + due).   Called by Support/Timers/Timers.due
local timers, notes, cell = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local state = redis.call('HMGET', cell, 'epoch', 'timers', 'recovering')
local missing = ''
if not state[3] and (not state[1] or state[1] ~= state[2]) then missing = state[1] or 'none' end

local due = redis.call('ZRANGEBYSCORE', timers, '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
local next_one = redis.call('ZRANGEBYSCORE', timers, '(' .. now, '(+inf', 'WITHSCORES', 'LIMIT', 0, 1)
local answer = { 'due', now, next_one[2] or '', missing }
for i = 1, #due, 2 do
    answer[#answer + 1] = due[i]
    answer[#answer + 1] = due[i + 1]
    answer[#answer + 1] = redis.call('HGET', notes, due[i]) or ''
end
return answer
