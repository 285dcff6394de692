-- recover.lua: end an epoch that lost facts PostgreSQL already has; chats are cold until they are seeded anew.
--
-- KEYS[1]  {cN}:cell               hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  step: begin | finish
-- ARGV[2]  the new epoch (begin)
--
-- Between the two steps the reader brings what is left in the journal to PostgreSQL, and no chat is seeded.
--
-- Returns  {"begun"} | {"finished"}
-- Cost     O(1).   Called by Support/Journal/Persister
if ARGV[1] == 'begin' then
    redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'recovering', '1')
    return { 'begun' }
end
redis.call('HDEL', KEYS[1], 'recovering')
return { 'finished' }
