/// Publications by stream, each stream's in order.
struct StreamBatches {
    private(set) var all: [StreamBatch] = []
    private var places: [String: Int] = [:]

    var isEmpty: Bool { all.isEmpty }

    func has(_ channel: String) -> Bool { places[channel] != nil }

    mutating func add(_ publication: Publication, to channel: String) {
        if all.last?.channel == channel {
            all[all.count - 1].publications.append(publication)
        } else if let place = places[channel] {
            all[place].publications.append(publication)
        } else {
            places[channel] = all.count
            all.append(StreamBatch(channel: channel, publications: [publication]))
        }
    }

    /// Those of one stream, which are here no more.
    mutating func take(_ channel: String) -> [Publication] {
        guard let place = places.removeValue(forKey: channel) else { return [] }
        let taken = all[place].publications
        let last = all.removeLast()
        if place < all.count {
            all[place] = last
            places[last.channel] = place
        }
        return taken
    }

    mutating func takeAll() -> [StreamBatch] {
        defer { self = StreamBatches() }
        return all
    }
}
