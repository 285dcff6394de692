import Foundation
import Postgres

/// What PostgreSQL keeps of targets: those that were warned of, and those that were missed.
enum TargetRows {
    static func statements(_ fold: FactFold) -> [SQL] {
        ["warned", "missed"].compactMap { stage in
            let facts = fold.targets.filter { $0.stage == stage }
            return facts.isEmpty ? nil : statement(facts, stage == "warned" ? "warned_at" : "missed_at")
        }
    }

    /// A statement of its own for each stage: one cannot touch the same row twice.
    private static func statement(_ facts: [Fact], _ column: SQL) -> SQL {
        let known = facts.compactMap { fact in
            fact.conversationID.map { (fact: fact, conversation: $0.uuid) }
        }
        return """
            INSERT INTO conversation_targets AS old (account_id, conversation_id, target, seq, due_at, \(column))
            SELECT DISTINCT ON (account_id, conversation_id, target, seq) * FROM unnest(
                \(known.map(\.fact.accountID.uuid)), \(known.map(\.conversation)),
                \(known.map { $0.fact.target ?? "" }), \(known.map { $0.fact.targetSeq ?? 0 }),
                \(known.map { ($0.fact.dueAt ?? $0.fact.at).date }), \(known.map(\.fact.at.date)))
                AS new (account_id, conversation_id, target, seq, due_at, at)
            ON CONFLICT (account_id, conversation_id, target, seq) DO UPDATE
                SET \(column) = coalesce(old.\(column), excluded.\(column))
            """
    }
}
