import NIOCore

/// Commands in the order they were issued, each with its deadline, and how much of them is settled.
///
/// Redis answers in order, so the first command owns the next reply. A pure value: time is an argument.
struct CommandQueue {
    private var commands = CircularBuffer<PendingCommand>()
    /// How many at the front have timed out and wait for nobody.
    private var abandoned = 0

    /// Count and bytes of commands that left, or are about to, since `takeSettled`.
    private var settledCount = 0
    private var settledBytes = 0
    /// How many at the front are counted as settled already.
    private var settledAhead = 0

    var isEmpty: Bool { commands.isEmpty }
    var count: Int { commands.count }

    /// When the oldest command that somebody still awaits times out.
    var nextDeadline: NIODeadline? {
        abandoned < commands.count ? commands[offset: abandoned].deadline : nil
    }

    /// The deadline of the oldest command without a reply, awaited or not.
    var oldestDeadline: NIODeadline? { commands.first?.deadline }

    /// Deadlines must not decrease.
    mutating func append(_ command: PendingCommand) { commands.append(command) }

    /// Gives `reply` to the oldest command; false when there is none, so nobody asked for it.
    mutating func answer(_ reply: RESPValue) -> Bool {
        guard let command = removeFirst() else { return false }
        command.answer(reply)
        return true
    }

    /// Fails those whose deadline has passed; their places stay until their replies come.
    mutating func abandonExpired(at now: NIODeadline, _ error: RedisError) {
        while let deadline = nextDeadline, deadline <= now {
            let index = commands.index(commands.startIndex, offsetBy: abandoned)
            commands[index].fail(error)
            commands[index].completion = .abandoned
            abandoned += 1
        }
    }

    /// Fails and removes those whose deadline has passed; returns their bytes, which nobody needs to send.
    mutating func removeExpired(at now: NIODeadline, _ error: RedisError) -> Int {
        var bytes = 0
        while let deadline = nextDeadline, deadline <= now, let command = removeFirst() {
            bytes += command.byteCount
            command.fail(error)
        }
        return bytes
    }

    mutating func failAll(_ error: RedisError) {
        while let command = removeFirst() { command.fail(error) }
    }

    /// Counts the first `count` as settled before they are answered, so that whoever is answered finds the room
    /// that this made.
    mutating func settle(first count: Int) {
        for command in commands.prefix(count).dropFirst(settledAhead) {
            settledCount += 1
            settledBytes += command.byteCount
        }
        settledAhead = max(settledAhead, min(count, commands.count))
    }

    mutating func takeSettled() -> (count: Int, bytes: Int) {
        defer { (settledCount, settledBytes) = (0, 0) }
        return (settledCount, settledBytes)
    }

    /// Moves all commands behind those of `other`, as when what waited is sent.
    mutating func move(to other: inout CommandQueue, deadline: NIODeadline?) {
        while var command = commands.popFirst() {
            if let deadline { command.deadline = deadline }
            other.append(command)
        }
    }

    private mutating func removeFirst() -> PendingCommand? {
        guard let command = commands.popFirst() else { return nil }
        abandoned = max(0, abandoned - 1)
        if settledAhead > 0 {
            settledAhead -= 1
        } else {
            settledCount += 1
            settledBytes += command.byteCount
        }
        return command
    }
}
