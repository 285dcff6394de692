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
local chat = KEYS[2]
if not desk.is_warm(id) then return { 'cold' } end
if not desk.is_ready() then
    redis.call('SADD', KEYS[1]:sub(1, -5) .. 'assignment:todo', account)
    return { 'unready' }
end
local s = redis.call('HMGET', chat, 'status', 'assignee', 'offered', 'line')
local status, assignee, offered, line = s[1], s[2], s[3], s[4]
if status ~= 'waiting' and status ~= 'active' then return { 'ended' } end

local function name_of(agent) return redis.call('HGET', desk.root .. 'agent:' .. agent, 'name') or '""' end

local function take(agent, cause)
    if redis.call('SISMEMBER', desk.root .. 'agents', agent) == 0 then return { 'unknown' } end
    if assignee == agent then return { 'done', status, agent } end
    local weight, more = desk.weight_of(line), ''
    local own = offered == agent and weight or 0
    if not desk.has_room(agent, weight, own) then
        if override ~= '1' then
            return { 'full', agent, redis.call('HGET', desk.root .. 'agent:' .. agent, 'capacity') }
        end
        more = ',"over_capacity":true'
    end
    desk.hand(id, agent, cause, actor, more)
    return { 'done', 'active', agent }
end

if action == 'claim' then
    local holder = assignee or offered
    if holder and holder ~= actor then return { 'taken', holder, name_of(holder) } end
    return take(actor, 'claimed')
elseif action == 'assign' then
    return take(target, assignee and 'transferred' or 'assigned')
elseif action == 'accept' then
    if assignee == actor then return { 'done', status, actor } end
    if offered ~= actor then
        if assignee or offered then return { 'taken', assignee or offered, name_of(assignee or offered) } end
        return { 'lapsed' }
    end
    return take(actor, 'accepted')
elseif action == 'decline' then
    if offered ~= actor then return { 'lapsed' } end
    desk.give_back(id, 'declined', actor, actor)
elseif action == 'back' then
    if assignee or offered then desk.give_back(id, 'given_back', actor, assignee or offered) end
elseif action == 'team' then
    if target == '' then redis.call('HDEL', chat, 'team') else redis.call('HSET', chat, 'team', target) end
    redis.call('HDEL', chat, 'previous', 'relaxed')
    desk.give_back(id, 'transferred', actor)
elseif action == 'skills' or action == 'priority' then
    redis.call('HSET', chat, action, target)
    if action == 'skills' then redis.call('HDEL', chat, 'relaxed') end
    if status == 'waiting' and not offered then desk.give_back(id, 'prioritised', actor)
    else desk.record(id, 'prioritised', actor) end
end
local after = redis.call('HMGET', chat, 'status', 'assignee')
return { 'done', after[1], after[2] or '' }
