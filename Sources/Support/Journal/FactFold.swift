import Foundation

/// What a batch of facts comes to: the rows to insert, and how each chat and conversation stands afterwards.
///
/// Facts are folded in journal order, so a thousand of them become a handful of statements and the last word on
/// each chat is written once.
struct FactFold {
    struct NewMessage {
        let fact: Fact
        let message: Message
        let senderID: UUID
    }

    /// How a chat changed over the batch.
    struct ChatChange {
        let chat: Chat.Address
        var accountID: Account.ID { chat.accountID }
        var lastMessage: Message?
        var lastUserSeq: Int?
        /// nil = as it was; otherwise when it was put away, or that it came back.
        var archive: ArchiveChange?
        var marks: [MarkKey: (seq: Int, at: Timestamp)] = [:]

        mutating func raise(_ key: MarkKey, to seq: Int, at moment: Timestamp) {
            if seq > marks[key]?.seq ?? 0 { marks[key] = (seq, moment) }
        }
    }

    /// A chat's messages are in PostgreSQL up to this one.
    struct Persisted: Sendable {
        let chat: Chat.Address
        let seq: Int
    }

    enum ArchiveChange {
        case archived(Timestamp)
        case unarchived
    }

    struct MarkKey: Hashable {
        let by: Sender.Kind
        let mark: Receipts.Mark
    }

    /// One side got or read a stretch of messages that the other side wrote.
    struct Marked {
        let fact: Fact
        let key: MarkKey
        let from: Int
        let upTo: Int
    }

    /// An agent's own mark in a chat.
    struct AgentKey: Hashable {
        let accountID: Account.ID
        let chatID: Chat.ID
        let agentID: Agent.ID
    }

    private(set) var births: [(fact: Fact, about: Fact.About)] = []
    private(set) var messages: [NewMessage] = []
    private(set) var conversations: [Conversation.ID: (fact: Fact, episode: Fact.Episode)] = [:]
    /// Every step of every conversation.
    private(set) var steps: [(fact: Fact, episode: Fact.Episode)] = []
    private(set) var chats: [Chat.ID: ChatChange] = [:]
    private(set) var marked: [Marked] = []
    private(set) var agentReads: [AgentKey: (seq: Int, at: Timestamp)] = [:]

    /// Conversations that ended, and what was thought of them.
    private(set) var endings: [(fact: Fact, episode: Fact.Episode)] = []
    private(set) var ratings: [(fact: Fact, conversation: Conversation.ID, score: Int)] = []

    /// Targets that were warned of or missed.
    private(set) var targets: [Fact] = []

    init(_ facts: [Fact]) {
        for fact in facts { add(fact) }
    }

    /// Up to where each chat's messages are in this batch.
    var persisted: [Persisted] {
        chats.values.compactMap { change in
            change.lastMessage.map { Persisted(chat: change.chat, seq: $0.seq) }
        }
    }

    private mutating func add(_ fact: Fact) {
        if let agent = fact.agentID, let upTo = fact.agentUpToSeq {
            let key = AgentKey(accountID: fact.accountID, chatID: fact.chatID, agentID: agent)
            if upTo > agentReads[key]?.seq ?? 0 { agentReads[key] = (upTo, fact.at) }
            // Read by somebody before: nothing about the chat has changed.
            if fact.upToSeq == fact.fromSeq { return }
        }
        if let episode = fact.conversation {
            steps.append((fact, episode))
            if episode.version > conversations[episode.id]?.episode.version ?? 0 {
                conversations[episode.id] = (fact, episode)
            }
        }
        if let about = fact.about { births.append((fact, about)) }
        switch fact.kind {
        case .conversationChanged: return  // the chat itself is as it was
        case .conversationEnded:
            if let episode = fact.conversation { endings.append((fact, episode)) }
        case .conversationRated:
            if let conversation = fact.conversationID, let score = fact.score {
                ratings.append((fact, conversation, score))
            }
            return
        case .conversationTarget:
            targets.append(fact)
            return
        case .messageCreated, .chatMarked, .chatArchived: break
        }
        var chat = chats[fact.chatID] ?? ChatChange(chat: fact.chat)
        defer { chats[fact.chatID] = chat }

        switch fact.kind {
        case .messageCreated:
            guard let message = fact.message, let senderID = fact.senderID else { return }
            messages.append(NewMessage(fact: fact, message: message, senderID: senderID))
            chat.lastMessage = message
            if message.senderType == .user {
                chat.lastUserSeq = message.seq
                chat.archive = .unarchived
            }
        case .conversationChanged, .conversationEnded, .conversationRated, .conversationTarget: break
        case .chatArchived:
            chat.archive = fact.archived == true ? .archived(fact.at) : .unarchived
        case .chatMarked:
            guard let by = fact.by, let mark = fact.mark, let upTo = fact.upToSeq else { return }
            let key = MarkKey(by: by, mark: mark)
            chat.raise(key, to: upTo, at: fact.at)
            // What has been read has been delivered.
            if mark == .read { chat.raise(MarkKey(by: by, mark: .delivered), to: upTo, at: fact.at) }
            marked.append(Marked(fact: fact, key: key, from: fact.fromSeq ?? 0, upTo: upTo))
        }
    }
}
