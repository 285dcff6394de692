import Realtime
import Secrets

/// The Redis keys and channels of a chat and its account: all of them in the account's cell.
extension Chat.Address {
    private func key(_ name: String) -> String { cell.key("\(accountID):\(name)") }

    /// Hash, the live state:
    ///
    ///     epoch                    the cell's epoch in which this state was made; another one means cold
    ///     id tenant card           the chat's id; JSON members for facts; JSON members for the staff's list
    ///     new about                set until the first message: no row in PostgreSQL yet, and what it will say
    ///     seq persisted            newest message; up to where PostgreSQL has them
    ///     archived                 1 | 0
    ///     conversation status version opened_at assigned_at assignee assignee_name    the latest episode
    ///     inbox place line         where it waits, and since when (ms); the line is named as `Line` says
    ///     team skills priority     what it waits for; relaxed is 1 when the skills are no longer asked for
    ///     previous replied         who had it last; 1 once staff have answered in this episode
    ///     offered offer_until declined    who has been asked to take it, and who would not: `AGENT:UNTIL …`
    ///     ended_at ended_reason ended_type rating    how it ended, while status is ended; what the contact thinks of it
    ///     warned                   SEQ MS: the episode ends then, unless somebody writes after that message
    ///     {user,admin}_{delivered,read}, …_at    how far each side has got and read, and when it moved there
    ///     {user,admin}_{delivered,read}_moves    the last moves of that mark, ` SEQ:MS` each
    ///     read:AGENT               how far this agent has read
    ///     idle                     1 once the keys were left to expire
    package var state: String { key("chat:\(chatID)") }
    /// Stream, `seq-0` → the message as clients see it.
    package var history: String { key("chat:\(chatID):history") }
    /// Sorted set, `sender:client_id` → seq.
    package var clients: String { key("chat:\(chatID):clients") }
    /// Pub/sub: what everybody in the chat gets.
    package var channel: String { key("chat:\(chatID)") }
    /// Pub/sub: what the account's staff get.
    package var staffChannel: String { Chat.Address.staffChannel(of: accountID, in: cell) }

    /// Stream, `0-offset` → what the staff were told: the last of it, for those who come back.
    package var staffLog: String { Chat.Address.staffLog(of: accountID, in: cell) }

    package static func staffChannel(of account: Account.ID, in cell: Cell) -> String {
        cell.key("\(account):staff")
    }

    package static func staffLog(of account: Account.ID, in cell: Cell) -> String {
        cell.key("\(account):staff:log")
    }

    /// String: the bucket that limits how fast somebody writes.
    package func rate(of sender: String) -> String { key("rate:\(sender)") }
    /// The same for an address, of which Redis sees a digest: who was where is nobody's business there.
    package func rate(ofAddress address: String) -> String {
        cell.key("rate:address:\(Digest.sha256Hex(address).prefix(32))")
    }
}
