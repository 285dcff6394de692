-- act.lua: what people do with a conversation: claim, assign, hand on, give back, accept, decline, put first.
--
-- KEYS[1]  {cN}:cell                hash    epoch: names one unbroken life of the cell's data
-- KEYS[2]  {cN}:ACCOUNT:chat:ID     hash    live state of the chat (fields: Support/Chats/ChatKeys)
-- ARGV[1]  account
-- ARGV[2]  chat
-- ARGV[3]  claim | assign | team | back | accept | decline | priority | skills
-- ARGV[4]  the agent who does it
-- ARGV[5]  to whom or what: agent, team (empty = none), 0 low … 3 urgent, SKILL+SKILL sorted
-- ARGV[6]  1 = although it is beyond the agent's capacity
-- ARGV[7]  options of the desk: staff's log length, idle chats expire after, s
--
-- Further keys are those of assignment/desk, all in the same cell.
--
-- Returns  {"done", status, assignee or ""} | {"cold"} | {"unready"} | {"ended"} | {"taken", agent, name as JSON}
--          | {"full", agent, capacity} | {"unknown"} | {"lapsed"}
-- Cost     O(log n + lines of the agents concerned).   Called by Support/Assignment/Assignments
local account, id, action, actor, target, override, options = unpack(ARGV)
--include assignment/desk
local desk = open_desk(KEYS[1]:sub(1, -5), account, options)
if not desk.is_ready() then
    redis.call('SADD', KEYS[1]:sub(1, -5) .. 'assignment:todo', account)
    return desk.is_warm(id) and { 'unready' } or { 'cold' }
end
local chat, c = KEYS[2], desk.chat(id)
if not c.is_warm then return { 'cold' } end
if c.status ~= 'waiting' and c.status ~= 'active' then return { 'ended' } end
local holder = c.assignee or c.offered

local function taken() return { 'taken', holder, desk.agent(holder).name } end

local function take(agent, cause)
    if redis.call('SISMEMBER', desk.root .. 'agents', agent) == 0 then return { 'unknown' } end
    if c.assignee == agent then return { 'done', c.status, agent } end
    local a, weight, more = desk.agent(agent), desk.weight_of(c.line), ''
    if not desk.has_room(a, c.offered == agent and 0 or weight) then
        if override ~= '1' then return { 'full', agent, tostring(a.capacity) } end
        more = ',"over_capacity":true'
    end
    desk.hand(c, agent, cause, actor, more)
    return { 'done', 'active', agent }
end

if action == 'claim' then
    if holder and holder ~= actor then return taken() end
    return take(actor, 'claimed')
elseif action == 'assign' then
    return take(target, c.assignee and 'transferred' or 'assigned')
elseif action == 'accept' then
    if c.assignee == actor then return { 'done', c.status, actor } end
    if c.offered ~= actor then return holder and taken() or { 'lapsed' } end
    return take(actor, 'accepted')
elseif action == 'decline' then
    if c.offered ~= actor then return { 'lapsed' } end
    desk.give_back(c, 'declined', actor, actor)
elseif action == 'back' then
    if holder then desk.give_back(c, 'given_back', actor, holder) end
elseif action == 'team' then
    if target == '' then redis.call('HDEL', chat, 'team') else redis.call('HSET', chat, 'team', target) end
    redis.call('HDEL', chat, 'previous', 'relaxed')
    desk.give_back(desk.chat(id), 'transferred', actor)
elseif action == 'skills' or action == 'priority' then
    redis.call('HSET', chat, action, target)
    if action == 'skills' then redis.call('HDEL', chat, 'relaxed') end
    c = desk.chat(id)
    if c.status == 'waiting' and not c.offered then desk.give_back(c, 'prioritised', actor)
    else desk.note(c, 'prioritised', actor) end
end
local after = redis.call('HMGET', chat, 'status', 'assignee')
return { 'done', after[1], after[2] or '' }
