import Realtime

/// Facts of a Redis that fell back, made to fit what PostgreSQL has.
///
/// A replica that took over without the last second, or a file without it, numbers messages again that had been
/// persisted under those numbers. Its own messages are accepted like all others, so they are moved: each gets the next
/// free number of its chat, in the order of the journal.
///
///     PostgreSQL  … 8  9  10                    afterwards  … 8  9  10  11  12
///     journal     … 8  9' 10'                                      9'  10'
///
/// A message that a client has sent once more because nobody told it, and that PostgreSQL has, stays one message. What was
/// marked above the fork is marked up to it: nobody can say which messages were meant.
struct Renumbering: Sendable {
    /// What PostgreSQL has of a chat from the first number on that a batch uses.
    struct Taken: Sendable {
        var top = 0
        var messages: Set<Message.ID> = []
        /// `sender:client_id`
        var clients: Set<String> = []
    }

    /// The first number of each chat that was given twice.
    private var forks: [Chat.ID: Int] = [:]
    /// Conversations of the lost life, by the one that PostgreSQL had open.
    private var conversations: [Conversation.ID: Conversation.ID] = [:]

    /// - Parameters:
    ///   - taken: of each chat with messages in the batch, where there is any.
    ///   - open: the open conversation of each chat that the batch is about, where there is one.
    mutating func fit(
        _ facts: [Fact], taken: [Chat.ID: Taken], open: [Chat.ID: Conversation.ID]
    ) -> [Fact] {
        var taken = taken
        return facts.map { fact in
            var fact = fact
            fit(&fact, &taken[fact.chatID], open[fact.chatID])
            return fact
        }
    }

    private mutating func fit(_ fact: inout Fact, _ taken: inout Taken?, _ open: Conversation.ID?) {
        if let episode = fact.conversation, episode.status != .ended, let open, open != episode.id,
            taken?.messages.contains(where: { $0 == fact.message?.id }) != true
        {
            conversations[episode.id] = open
        }
        // A chat has one open conversation; what the lost life said of another one has no place.
        if let episode = fact.conversation, conversations[episode.id] != nil { fact.conversation = nil }
        if let message = fact.message { fact.message = place(message, of: fact.chatID, &taken) }
        guard let fork = forks[fact.chatID] else { return }
        fact.upToSeq = fact.upToSeq.flatMap { cut($0, below: fork, from: fact.fromSeq ?? 0) }
        fact.agentUpToSeq = fact.agentUpToSeq.flatMap { cut($0, below: fork, from: 0) }
    }

    private mutating func place(_ message: Message, of chat: Chat.ID, _ taken: inout Taken?) -> Message? {
        let conversation = conversations[message.conversationID] ?? message.conversationID
        guard var known = taken else { return message.moved(to: message.seq, in: conversation) }
        if known.messages.contains(message.id) { return nil }
        let client = "\(message.senderType.rawValue):\(message.clientID)"
        if message.seq <= known.top { forks[chat] = min(forks[chat] ?? message.seq, message.seq) }
        guard known.clients.insert(client).inserted else { return nil }
        known.top += 1
        taken = known
        return message.moved(to: known.top, in: conversation)
    }

    private func cut(_ seq: Int, below fork: Int, from start: Int) -> Int? {
        min(seq, fork - 1) > start ? min(seq, fork - 1) : nil
    }
}
