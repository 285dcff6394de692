/// Names, each perhaps followed by a number, as in Sidekiq: `critical,3,default,2,low`.
struct NumberedNames: Sendable, Equatable {
    private(set) var names: [String] = []
    private(set) var numbers: [String: Int] = [:]

    /// A word that is a number belongs to the name before it; at the very start it is a name.
    init(_ words: [String]) {
        for word in words {
            if let number = Int(word), let name = names.last, numbers[name] == nil {
                numbers[name] = number
            } else {
                names.append(word)
            }
        }
    }
}
