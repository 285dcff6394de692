import Foundation

/// Which queues are looked into, in which order, and how much may be taken of each.
struct QueuePlan: Sendable {
    private let queues: [QueueShare]
    private let weights: [Double]
    let limits: [String: Int]

    /// Without weights the queues are served strictly in their order.
    init(
        _ names: [String], weights: [String: Int] = [:], limits: [String: Int] = [:], fair: Set<String> = []
    ) {
        queues = names.map {
            QueueShare(queue: $0, key: JobKeys.queue($0), isFair: fair.contains($0))
        }
        self.weights = weights.isEmpty ? [] : names.map { Double(weights[$0] ?? 1) }
        self.limits = limits
    }

    var names: [String] { queues.map(\.queue) }

    /// For one fetch. With weights the order is drawn anew each time: a queue of weight 3 comes first three times as
    /// often as one of weight 1, and no queue starves.
    func shares(_ request: FetchState.Request) -> [QueueShare] {
        let ordered = weights.isEmpty ? queues : drawn(using: { Double.random(in: .ulpOfOne..<1) })
        if request.room.isEmpty { return ordered }
        return ordered.map { share in
            var share = share
            share.most = request.room[share.queue] ?? .max
            return share
        }
    }

    /// Each queue waits for an exponential time with its weight as rate; who is through first is served first.
    func drawn(using random: () -> Double) -> [QueueShare] {
        zip(queues, weights).map { ($0, -log(random()) / $1) }.sorted { $0.1 < $1.1 }.map(\.0)
    }
}

/// A queue in one fetch.
struct QueueShare: Sendable, Equatable {
    let queue: String
    let key: String
    var most = Int.max
    /// Its tenants are served in turns.
    var isFair = false
}
