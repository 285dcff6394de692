-- restore.lua: bring open conversations back to the desk, as PostgreSQL has them, a page at a time.
--
-- KEYS[1]  {cN}:cell                hash    epoch: names one unbroken life of the cell's data
-- ARGV[1]  account
-- ARGV[2]  options of the desk: staff's log length, idle chats expire after, s
-- ARGV[3]  JSON [{"chat", "line", "agent" or absent, "score"}, …], every value a string; empty to clear away what an
--          earlier epoch left, which is then to be called until nothing is left
-- ARGV[4]  most lines and agents to clear away with this call
--
-- A chat that Redis knows says itself how it is: it may have changed since PostgreSQL was asked.
-- Further keys are those of assignment/desk, all in the same cell. May be repeated.
--
-- Returns  {"restored"} | {"cleared", lines and agents that are left} | {"ready"}
-- Cost     O(what is brought × log n).   Called by Support/Assignment/AssignmentSetup
local account, options = ARGV[1], ARGV[2]
--include assignment/desk
local desk = open_desk(KEYS[1]:sub(1, -5), account, options)
local root = desk.root
if desk.is_ready() then return { 'ready' } end

if ARGV[3] == '' then
    for kind, parts in pairs({ line = { '', ':waiting', ':ready', ':told' }, agent = { '', ':open' } }) do
        for _, id in ipairs(redis.call('SPOP', root .. kind .. 's', ARGV[4])) do
            for _, part in ipairs(parts) do redis.call('UNLINK', root .. kind .. ':' .. id .. part) end
        end
    end
    return { 'cleared', redis.call('SCARD', root .. 'lines') + redis.call('SCARD', root .. 'agents') }
end

for _, open in ipairs(cjson.decode(ARGV[3])) do
    local id, line, agent = open.chat, open.line, open.agent
    local is_waiting = not agent
    if desk.is_warm(id) then
        local s = redis.call('HMGET', root .. 'chat:' .. id, 'status', 'assignee', 'line')
        agent, line, is_waiting = s[1] == 'active' and s[2] or nil, s[3] or line, s[1] == 'waiting'
        if is_waiting then -- its line is chosen, and its agent found, when all is there
            redis.call('ZADD', root .. 'arrivals', 'NX', open.score, id)
            is_waiting = false
        end
    end
    if is_waiting then
        redis.call('ZADD', root .. 'line:' .. line .. ':waiting', open.score, id)
        local l = desk.line(line)
        if l.wait > 0 then desk.arm('wait', id, desk.now + l.wait) end
        if l.is_closed then desk.arm('closing', line, desk.now) end
    end
    if agent then
        local a = desk.agent(agent)
        desk.hold(a, id, desk.weight_of(line))
        desk.settle(a)
    end
end
return { 'restored' }
