/// What a contact thinks of a conversation.
package struct Rating: Sendable, Equatable {
    /// 1 is bad, 5 is good.
    package let score: Int
    package let comment: String?

    /// Characters that a comment may have.
    static let commentCharacters = 2000

    /// Throws `SupportError.invalid` for `score` and `comment`.
    package init(score: Int?, comment: String?) throws(SupportError) {
        guard let score, (1...5).contains(score) else {
            throw .invalid(field: "score", "It is a whole number from 1 to 5.")
        }
        self.score = score
        self.comment = try Ending.comment(comment, limit: Self.commentCharacters)
    }
}
