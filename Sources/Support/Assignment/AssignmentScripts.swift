import Realtime
import Redis

/// The scripts of `lua/assignment`.
struct AssignmentScripts: Sendable {
    let act: RedisScript
    let available: RedisScript
    let configure: RedisScript
    let restore: RedisScript
    let tick: RedisScript
    let sweep: RedisScript
    let check: RedisScript
    let ask: RedisScript

    init(_ library: ScriptLibrary) throws(RedisError) {
        act = try library.script("assignment/act")
        available = try library.script("assignment/available")
        configure = try library.script("assignment/configure")
        restore = try library.script("assignment/restore")
        tick = try library.script("assignment/tick")
        sweep = try library.script("assignment/sweep")
        check = try library.script("assignment/check")
        ask = try library.script("assignment/ask")
    }
}

/// Where an account's lines and agents are in Redis; what they hold is on top of `lua/assignment/desk.part.lua`.
struct AssignmentKeys: Sendable {
    let account: Account.ID
    let cell: Cell

    private func key(_ name: String) -> String { cell.key("\(account):\(name)") }

    var state: String { key("assignment") }
    var lines: String { key("lines") }
    var agents: String { key("agents") }
    var arrivals: String { key("arrivals") }
    /// Held by the process that makes the lines.
    var setup: String { key("assignment:setup") }
    func line(_ name: String) -> String { key("line:\(name)") }
    func waiting(_ line: String) -> String { key("line:\(line):waiting") }
    func agent(_ id: Agent.ID) -> String { key("agent:\(id)") }
    func chat(_ id: String) -> String { key("chat:\(id)") }
}

extension Cell {
    var assignmentTimers: String { key("assignment:timers") }
    var assignmentTodo: String { key("assignment:todo") }
    var assignmentCold: String { key("assignment:cold") }
    var assignmentAccounts: String { key("assignment:accounts") }
    var presenceOnline: String { key("presence:online") }
}

extension SupportConfiguration {
    /// What `assignment/desk` is told with every call.
    var deskOptions: RedisArgument {
        .string("\(staffLogLength) \(chatIdleExpiry.components.seconds)")
    }
}
