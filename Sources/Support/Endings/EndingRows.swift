import Foundation
import Postgres

/// What PostgreSQL keeps of endings beside the conversation itself.
enum EndingRows {
    static func statements(_ fold: FactFold) -> [SQL] {
        var statements: [SQL] = []
        if !fold.endings.isEmpty { statements.append(audit(fold.endings)) }
        if !fold.ratings.isEmpty { statements.append(ratings(fold)) }
        return statements
    }

    private static func audit(_ endings: [(fact: Fact, episode: Fact.Episode)]) -> SQL {
        """
        INSERT INTO audit_entries (account_id, id, at, action, actor_type, actor_id, subject_type, subject_id, details)
        SELECT account_id, id, at, 'conversation.ended', actor_type, actor_id, 'conversation', conversation_id,
            jsonb_build_object('chat_id', chat_id, 'reason', reason, 'comment', comment)
        FROM unnest(\(endings.map(\.fact.accountID.uuid)),
            \(endings.map { Identifier<AuditEntry>.new(at: $0.fact.at).uuid }), \(endings.map(\.fact.at.date)),
            \(endings.map { $0.episode.endedType ?? "system" }), \(endings.map(\.episode.endedBy)),
            \(endings.map(\.episode.id.uuid)), \(endings.map(\.fact.chatID.uuid)),
            \(endings.map { $0.episode.endedReason ?? "system" }), \(endings.map(\.episode.endedComment)))
            AS new (account_id, id, at, actor_type, actor_id, conversation_id, chat_id, reason, comment)
        """
    }

    /// The first word counts, here as in Redis.
    private static func ratings(_ fold: FactFold) -> SQL {
        let new = fold.ratings
        return """
            UPDATE conversations v SET rating = n.score, rating_comment = n.comment, rated_at = n.at
            FROM unnest(\(new.map(\.fact.accountID.uuid)), \(new.map(\.conversation.uuid)), \(new.map(\.score)),
                \(new.map(\.fact.comment)), \(new.map(\.fact.at.date))) AS n (account_id, id, score, comment, at)
            WHERE v.account_id = n.account_id AND v.id = n.id AND v.rating IS NULL
            """
    }
}

/// Who did what; rows of `audit_entries`.
enum AuditEntry {}
