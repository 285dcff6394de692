import Foundation
import Postgres

/// Writing what a batch of facts comes to: a handful of statements, whatever its length.
enum PersisterRows {
    /// Moves the cell's position, if it is where the writer believes it to be. This is what makes writing exactly
    /// once: of two persisters with the same facts only one gets past this line, and the other's work is undone.
    static func advance(
        cell: Int, epoch: String, from position: String, to next: String, _ connection: PostgresConnection
    ) throws(PostgresError) -> Bool {
        let moved = try connection.query(
            """
            UPDATE journal_positions SET position = \(next), updated_at = now()
            WHERE cell = \(cell) AND epoch = \(epoch) AND position = \(position)
            """)
        return moved.affected == 1
    }

    static func write(_ fold: FactFold, _ connection: PostgresConnection) throws(PostgresError) {
        var statements: [SQL] = []
        if !fold.births.isEmpty { statements += [contacts(fold), chats(fold)] }
        if !fold.messages.isEmpty { statements.append(messages(fold)) }
        // One that ended makes room for the next of its chat: there is at most one open.
        let (ended, open) = (
            fold.conversations.values.filter { $0.episode.status == .ended },
            fold.conversations.values.filter { $0.episode.status != .ended }
        )
        if !ended.isEmpty { statements.append(conversations(ended)) }
        if !open.isEmpty { statements.append(conversations(open)) }
        if !fold.steps.isEmpty { statements.append(steps(fold)) }
        if !fold.chats.isEmpty { statements.append(changes(fold)) }
        statements += fold.marked.isEmpty ? [] : receipts(fold)
        if !fold.agentReads.isEmpty { statements.append(agentReads(fold)) }
        statements += EndingRows.statements(fold) + TargetRows.statements(fold)
        if !statements.isEmpty { try connection.query(statements) }
    }

    /// A contact who has said who they are is there already, with more to say than this.
    private static func contacts(_ fold: FactFold) -> SQL {
        """
        INSERT INTO contacts (account_id, id, created_at, updated_at)
        SELECT account_id, id, created_at, created_at
        FROM unnest(\(fold.births.map(\.fact.accountID.uuid)), \(fold.births.map(\.about.contactID.uuid)),
            \(fold.births.map(\.about.createdAt.date))) AS new (account_id, id, created_at)
        ON CONFLICT (account_id, id) DO NOTHING
        """
    }

    private static func chats(_ fold: FactFold) -> SQL {
        """
        INSERT INTO support_chats (account_id, id, inbox_id, contact_id, created_at)
        SELECT * FROM unnest(\(fold.births.map(\.fact.accountID.uuid)), \(fold.births.map(\.fact.chatID.uuid)),
            \(fold.births.map(\.about.inboxID.uuid)), \(fold.births.map(\.about.contactID.uuid)),
            \(fold.births.map(\.about.createdAt.date)))
        ON CONFLICT DO NOTHING
        """
    }

    private static func messages(_ fold: FactFold) -> SQL {
        let new = fold.messages
        return """
            INSERT INTO support_messages (account_id, id, chat_id, conversation_id, seq, client_id, sender_type,
                sender_id, sender_name, content, created_at)
            SELECT * FROM unnest(\(new.map(\.fact.accountID.uuid)), \(new.map(\.message.id.uuid)),
                \(new.map(\.fact.chatID.uuid)), \(new.map(\.message.conversationID.uuid)),
                \(new.map(\.message.seq)), \(new.map(\.message.clientID)),
                \(new.map(\.message.senderType.rawValue)), \(new.map(\.senderID)), \(new.map(\.message.senderName)),
                \(new.map(\.message.content)), \(new.map(\.message.createdAt.date)))
            ON CONFLICT (account_id, id) DO NOTHING
            """
    }

    private static func conversations(_ changes: [(fact: Fact, episode: Fact.Episode)]) -> SQL {
        let changed = changes.sorted { $0.episode.id.description < $1.episode.id.description }
        return """
            INSERT INTO conversations AS old (account_id, id, chat_id, status, assignee_id, version, opened_at,
                assigned_at, team_id, priority, skills, place, ended_at, ended_reason, ended_by, ended_type,
                ended_comment)
            SELECT * FROM unnest(\(changed.map(\.fact.accountID.uuid)), \(changed.map(\.episode.id.uuid)),
                \(changed.map(\.fact.chatID.uuid)), \(changed.map(\.episode.status.rawValue)),
                \(changed.map(\.episode.assigneeID?.uuid)), \(changed.map(\.episode.version)),
                \(changed.map(\.episode.openedAt.date)), \(changed.map(\.episode.assignedAt?.date)),
                \(changed.map(\.episode.teamID?.uuid)), \(changed.map { $0.episode.priority ?? 1 }),
                \(changed.map { $0.episode.skills ?? "" }), \(changed.map(\.episode.place)),
                \(changed.map(\.episode.endedAt?.date)), \(changed.map(\.episode.endedReason)),
                \(changed.map(\.episode.endedBy)), \(changed.map(\.episode.endedType)),
                \(changed.map(\.episode.endedComment)))
            ON CONFLICT (account_id, id) DO UPDATE SET status = excluded.status,
                assignee_id = excluded.assignee_id, version = excluded.version, assigned_at = excluded.assigned_at,
                team_id = excluded.team_id, priority = excluded.priority, skills = excluded.skills,
                place = excluded.place, ended_at = excluded.ended_at, ended_reason = excluded.ended_reason,
                ended_by = excluded.ended_by,
                ended_type = excluded.ended_type, ended_comment = excluded.ended_comment
            WHERE old.version < excluded.version
            """
    }

    private static func steps(_ fold: FactFold) -> SQL {
        let steps = fold.steps
        return """
            INSERT INTO conversation_events (account_id, conversation_id, version, chat_id, cause, status, actor_id,
                assignee_id, team_id, over_capacity, at)
            SELECT * FROM unnest(\(steps.map(\.fact.accountID.uuid)), \(steps.map(\.episode.id.uuid)),
                \(steps.map(\.episode.version)), \(steps.map(\.fact.chatID.uuid)),
                \(steps.map { $0.fact.cause ?? ($0.fact.kind == .conversationEnded ? "ended" : "opened") }), \(steps.map(\.episode.status.rawValue)),
                \(steps.map(\.fact.actorID?.uuid)), \(steps.map(\.episode.assigneeID?.uuid)),
                \(steps.map(\.episode.teamID?.uuid)), \(steps.map { $0.fact.isOverCapacity ?? false }),
                \(steps.map(\.fact.at.date)))
            ON CONFLICT (account_id, conversation_id, version) DO NOTHING
            """
    }

    /// Marks and counts only grow, so writing the same facts twice would change nothing.
    private static func changes(_ fold: FactFold) -> SQL {
        // In one order everywhere, so that two writers never wait for each other crosswise.
        let changed = fold.chats.sorted { $0.key.description < $1.key.description }
        func mark(_ by: Sender.Kind, _ mark: Receipts.Mark) -> [(seq: Int, at: Timestamp)?] {
            changed.map { $0.value.marks[FactFold.MarkKey(by: by, mark: mark)] }
        }
        let archivedAt = changed.map { chat -> Date? in
            if case .archived(let moment) = chat.value.archive { moment.date } else { nil }
        }
        return """
            UPDATE support_chats s SET
                last_seq = greatest(s.last_seq, n.last_seq),
                last_user_seq = greatest(s.last_user_seq, n.last_user_seq),
                last_message_at = coalesce(n.last_at, s.last_message_at),
                last_message_preview = coalesce(n.preview, s.last_message_preview),
                last_message_sender = coalesce(n.sender, s.last_message_sender),
                archived_at = CASE WHEN n.moved THEN n.archived_at ELSE s.archived_at END,
                user_delivered_seq = greatest(s.user_delivered_seq, n.ud),
                user_delivered_at = CASE WHEN n.ud > s.user_delivered_seq THEN n.ud_at ELSE s.user_delivered_at END,
                user_read_seq = greatest(s.user_read_seq, n.ur),
                user_read_at = CASE WHEN n.ur > s.user_read_seq THEN n.ur_at ELSE s.user_read_at END,
                admin_delivered_seq = greatest(s.admin_delivered_seq, n.ad),
                admin_delivered_at = CASE WHEN n.ad > s.admin_delivered_seq THEN n.ad_at ELSE s.admin_delivered_at END,
                admin_read_seq = greatest(s.admin_read_seq, n.ar),
                admin_viewed_at = CASE WHEN n.ar > s.admin_read_seq THEN n.ar_at ELSE s.admin_viewed_at END
            FROM unnest(\(changed.map(\.value.accountID.uuid)), \(changed.map(\.key.uuid)),
                \(changed.map(\.value.lastMessage?.seq)), \(changed.map(\.value.lastUserSeq)),
                \(changed.map(\.value.lastMessage?.createdAt.date)),
                \(changed.map { $0.value.lastMessage.map { MessageDraft.preview(of: $0.content) } }),
                \(changed.map(\.value.lastMessage?.senderType.rawValue)),
                \(changed.map { $0.value.archive != nil }), \(archivedAt),
                \(mark(.user, .delivered).map { $0?.seq }), \(mark(.user, .delivered).map { $0?.at.date }),
                \(mark(.user, .read).map { $0?.seq }), \(mark(.user, .read).map { $0?.at.date }),
                \(mark(.admin, .delivered).map { $0?.seq }), \(mark(.admin, .delivered).map { $0?.at.date }),
                \(mark(.admin, .read).map { $0?.seq }), \(mark(.admin, .read).map { $0?.at.date }))
                AS n (account_id, id, last_seq, last_user_seq, last_at, preview, sender, moved, archived_at,
                    ud, ud_at, ur, ur_at, ad, ad_at, ar, ar_at)
            WHERE s.account_id = n.account_id AND s.id = n.id
            """
    }

    private static func agentReads(_ fold: FactFold) -> SQL {
        // In one order everywhere, as above.
        let reads = fold.agentReads.map { (key: $0.key, mark: $0.value) }.sorted {
            ($0.key.chatID.description, $0.key.agentID.description)
                < ($1.key.chatID.description, $1.key.agentID.description)
        }
        return """
            INSERT INTO agent_chat_reads AS old (account_id, chat_id, agent_id, read_seq, read_at)
            SELECT * FROM unnest(\(reads.map(\.key.accountID.uuid)), \(reads.map(\.key.chatID.uuid)),
                \(reads.map(\.key.agentID.uuid)), \(reads.map(\.mark.seq)), \(reads.map(\.mark.at.date)))
            ON CONFLICT (account_id, chat_id, agent_id) DO UPDATE SET read_seq = excluded.read_seq,
                read_at = excluded.read_at
            WHERE old.read_seq < excluded.read_seq
            """
    }

    /// The times on the messages themselves; only the stretch between the old mark and the new one is touched.
    private static func receipts(_ fold: FactFold) -> [SQL] {
        func update(_ mark: Receipts.Mark, _ assignment: SQL, _ condition: SQL) -> SQL? {
            let marked = fold.marked.filter { $0.key.mark == mark }
            guard !marked.isEmpty else { return nil }
            return """
                UPDATE support_messages m SET \(assignment)
                FROM unnest(\(marked.map(\.fact.accountID.uuid)), \(marked.map(\.fact.chatID.uuid)),
                    \(marked.map(\.key.by.other.rawValue)), \(marked.map(\.from)), \(marked.map(\.upTo)),
                    \(marked.map(\.fact.at.date))) AS n (account_id, chat_id, sender, above, upto, at)
                WHERE m.account_id = n.account_id AND m.chat_id = n.chat_id AND m.sender_type = n.sender
                    AND m.seq > n.above AND m.seq <= n.upto AND \(condition)
                """
        }
        return [
            update(.delivered, "delivered_at = n.at", "m.delivered_at IS NULL"),
            update(
                .read, "read_at = n.at, delivered_at = coalesce(m.delivered_at, n.at)", "m.read_at IS NULL"),
        ].compactMap { $0 }
    }
}
