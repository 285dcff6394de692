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
-- Returns  {"ticked", ms until the next is due or -1, conversations to be ended as "wait | full | closed ACCOUNT
--          CHAT", some accounts whose lines are to be made, some chats to be seeded}
-- Cost     O(due × log n).   Called by Support/Assignment/AssignmentClock
local timers, cell = KEYS[1], KEYS[2]
local tag, options = cell:sub(1, -5), ARGV[2]
--include assignment/desk
local desks, over = {}, {}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local act = {}

function act.offer(desk, id)
    local c = desk.chat(id)
    if c.offered then desk.give_back(c, 'offer_lapsed', nil, c.offered) end
end

function act.grace(desk, agent)
    local key = desk.root .. 'agent:' .. agent
    if redis.call('HGET', key, 'here') == '1' then return end
    for _, id in ipairs(redis.call('ZRANGE', key .. ':open', 0, 49)) do
        local c = desk.chat(id)
        if c.is_warm then desk.give_back(c, 'agent_gone') else desk.warm_later(id) end
    end
    if redis.call('ZCARD', key .. ':open') > 0 then desk.arm('grace', agent, now + 1000) end
end

function act.reply(desk, id)
    local c = desk.chat(id)
    if c.status == 'active' and c.assignee and not c.replied then desk.give_back(c, 'no_reply', nil, c.assignee) end
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

function act.closed(desk, id, account)
    local c = desk.chat(id)
    if not c.line or desk.line(c.line).is_closed then return ask_to_end('closed', desk, id, account) end
    if c.status == 'waiting' and not c.offered then desk.arrive(c, true) end -- its inbox is open again
end

-- An inbox was closed: who waits there is shown out, so many at a time.
function act.closing(desk, line, account)
    local l = desk.line(line)
    if not l.is_closed then return end
    local waiting = redis.call('ZRANGE', l.waiting, 0, 99)
    for _, id in ipairs(waiting) do ask_to_end('closed', desk, id, account) end
    if #waiting > 0 then desk.arm('closing', line, now + 500) end
end

-- Nobody with these skills, or of this team, for so long: whoever else can.
function act.widen(desk, id)
    local c = desk.chat(id)
    if c.status ~= 'waiting' or c.offered or not c.line then return end
    local overflow = redis.call('HGET', desk.root .. 'line:' .. c.line, 'overflow')
    if c.skills and c.skills ~= '' and not c.relaxed then
        c.relaxed = '1'
        redis.call('HSET', c.key, 'relaxed', '1')
    elseif overflow and overflow ~= '' and c.team ~= overflow then
        c.team = overflow
        redis.call('HSET', c.key, 'team', overflow)
    else
        return
    end
    desk.give_back(c, 'widened')
end

function act.again(desk, id)
    local c = desk.chat(id)
    if c.status == 'waiting' and c.line and not c.offered and desk.is_ready() then desk.match(c) end
end

function act.told(desk, line)
    local l = desk.line(line)
    local due = redis.call('ZRANGEBYSCORE', l.key .. ':told', '-inf', l.moves, 'LIMIT', 0, 200)
    for _, id in ipairs(due) do
        local c = desk.chat(id)
        local place = c.is_warm and c.line == line and desk.place_of(c)
        if place then desk.tell_place(c, l, place) else redis.call('ZREM', l.key .. ':told', id) end
    end
    l.is_changed = false -- its timer has had its turn
    if #due == 200 then return desk.arm('told', line, now + 50) end
    -- Staff hear how long it is. The count says it all, so whoever misses one misses nothing.
    local first = redis.call('ZRANGE', l.waiting, 0, 0)[1]
    local since = first and desk.chat(first).opened_at
    redis.call('SPUBLISH', desk.root .. 'staff', '\n{"type":"queue","line":"' .. line .. '","waiting":'
        .. redis.call('ZCARD', l.waiting) .. ',"first_since":' .. (since and '"' .. since .. '"' or 'null') .. '}')
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
