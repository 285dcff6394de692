-- tick.lua: do what is due at the desk: offers that lapsed, agents who are gone, lines that moved.
--
-- KEYS[1]  {cN}:assignment:timers   zset    "KIND ACCOUNT ID" -> due, ms
-- KEYS[2]  {cN}:cell                hash    epoch: names one unbroken life of the cell's data
-- KEYS[3]  {cN}:assignment:todo     set     accounts whose lines are to be made
-- KEYS[4]  {cN}:assignment:cold     set     "ACCOUNT CHAT" to be seeded
-- ARGV[1]  most to do with this call
-- ARGV[2]  options of the desk: staff's log length, idle chats expire after, s
--
-- A timer is taken and acted upon in this one step, so nothing fires twice and nothing is lost in between. Time is
-- Redis's own. Further keys are those of assignment/desk, all in the same cell.
--
-- Returns  {"ticked", ms until the next is due or -1, conversations to be ended as "wait | full ACCOUNT CHAT", some
--          accounts whose lines are to be made, some chats to be seeded}
-- Cost     O(due × log n).   Called by Support/Assignment/AssignmentClock
local timers, cell = KEYS[1], KEYS[2]
local tag, options = cell:sub(1, -5), ARGV[2]
--include assignment/desk
local desks, over = {}, {}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local act = {}

function act.offer(desk, id)
    local agent = redis.call('HGET', desk.root .. 'chat:' .. id, 'offered')
    if agent then desk.give_back(id, 'offer_lapsed', nil, agent) end
end

function act.grace(desk, agent)
    local key = desk.root .. 'agent:' .. agent
    if redis.call('HGET', key, 'here') == '1' then return end
    for _, id in ipairs(redis.call('ZRANGE', key .. ':open', 0, 49)) do
        if desk.is_warm(id) then desk.give_back(id, 'agent_gone') else desk.warm_later(id) end
    end
    if redis.call('ZCARD', key .. ':open') > 0 then desk.arm('grace', agent, now + 1000) end
end

function act.reply(desk, id)
    local s = redis.call('HMGET', desk.root .. 'chat:' .. id, 'status', 'assignee', 'replied')
    if s[1] == 'active' and s[2] and not s[3] then desk.give_back(id, 'no_reply', nil, s[2]) end
end

-- Ending is another script's: until it has done so, this comes again.
local function ask_to_end(kind, desk, id, account)
    desk.arm(kind, id, now + 5000)
    if not desk.is_warm(id) then return desk.warm_later(id) end
    if redis.call('HGET', desk.root .. 'chat:' .. id, 'status') ~= 'waiting' then return desk.disarm(kind, id) end
    over[#over + 1] = kind .. ' ' .. account .. ' ' .. id
end
function act.wait(...) ask_to_end('wait', ...) end
function act.full(...) ask_to_end('full', ...) end

-- Nobody with these skills, or of this team, for so long: whoever else can.
function act.widen(desk, id)
    local chat = desk.root .. 'chat:' .. id
    local s = redis.call('HMGET', chat, 'status', 'line', 'skills', 'relaxed', 'offered')
    if s[1] ~= 'waiting' or s[5] or not s[2] then return end
    local overflow = redis.call('HGET', desk.root .. 'line:' .. s[2], 'overflow')
    if s[3] and s[3] ~= '' and not s[4] then
        redis.call('HSET', chat, 'relaxed', '1')
    elseif overflow and overflow ~= '' and redis.call('HGET', chat, 'team') ~= overflow then
        redis.call('HSET', chat, 'team', overflow)
    else
        return
    end
    desk.give_back(id, 'widened')
end

function act.again(desk, id)
    local s = redis.call('HMGET', desk.root .. 'chat:' .. id, 'status', 'line', 'offered')
    if s[1] == 'waiting' and s[2] and not s[3] and desk.is_ready() then desk.match(id, s[2]) end
end

function act.told(desk, line)
    local key = desk.root .. 'line:' .. line
    local moves = redis.call('HGET', key, 'moves') or '0'
    local due = redis.call('ZRANGEBYSCORE', key .. ':told', '-inf', moves, 'LIMIT', 0, 200)
    for _, id in ipairs(due) do
        local place = desk.is_warm(id) and desk.place_of(id, line)
        if place then desk.tell_place(id, line, place) else redis.call('ZREM', key .. ':told', id) end
    end
    if #due == 200 then return desk.arm('told', line, now + 50) end
    desk.tell_line(line)
end

local due = redis.call('ZRANGEBYSCORE', timers, '-inf', now, 'LIMIT', 0, ARGV[1])
for _, timer in ipairs(due) do
    redis.call('ZREM', timers, timer)
    local kind, account, id = timer:match('^(%S+) (%S+) (%S+)$')
    desks[account] = desks[account] or open_desk(tag, account, options)
    act[kind](desks[account], id, account)
end
local next_due = redis.call('ZRANGE', timers, 0, 0, 'WITHSCORES')[2]
return { 'ticked', next_due and math.max(0, math.ceil(next_due - now)) or -1, over,
    redis.call('SRANDMEMBER', KEYS[3], 10), redis.call('SRANDMEMBER', KEYS[4], 100) }
