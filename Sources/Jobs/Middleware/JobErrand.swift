import Redis

/// Redis work that rides on the acknowledgement of a job: commands, one after the other, in the same script call.
///
///     // Release a lock that is still ours.
///     JobErrand(.call("GET", key, expecting: jid), .call("DEL", key))
///
/// It is done exactly when the acknowledgement takes effect, and not at all when another process has the job by
/// now. An error in it is logged and ends the errand, never the acknowledgement.
package struct JobErrand: Sendable, Equatable {
    package struct Step: Sendable, Equatable {
        let words: [RedisArgument]
        let expected: RedisArgument?

        /// - Parameter expecting: the reply (an integer in decimal) without which the rest of the errand is left
        ///   undone; nil goes on whatever it is.
        package static func call(_ words: RedisArgument..., expecting: RedisArgument? = nil) -> Step {
            precondition(
                !words.isEmpty && expecting != "", "a step is a command; it cannot expect an empty reply")
            return Step(words: words, expected: expecting)
        }
    }

    package let steps: [Step]

    package init(_ steps: Step...) { self.steps = steps }

    /// As `jobs/settle` reads it: how many steps; of each what it expects, how many words, the words.
    var arguments: [RedisArgument] {
        steps.reduce(into: [.integer(steps.count)]) { result, step in
            result += [step.expected ?? "", .integer(step.words.count)] + step.words
        }
    }
}
