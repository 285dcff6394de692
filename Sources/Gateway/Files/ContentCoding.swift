/// The codings in which files are kept, most liked first.
enum ContentCoding: String, CaseIterable {
    case brotli = "br"
    case gzip
    case identity

    /// What the name of a file in this coding ends with.
    var suffix: String {
        switch self {
        case .brotli: ".br"
        case .gzip: ".gz"
        case .identity: ""
        }
    }

    /// The coding to answer `Accept-Encoding` with (RFC 9110 section 12.5.3): the one with the highest
    /// weight, and of equals the one we like best. Identity goes to whoever takes nothing else.
    static func best(of available: [ContentCoding], accepting header: String?) -> ContentCoding {
        guard let header else { return .identity }
        let weights = weights(in: header)
        let wildcard = weights["*"] ?? 0
        let ranked = allCases.filter(available.contains).map { coding in
            (coding, weights[coding.rawValue] ?? (coding == .identity ? 0.0001 : wildcard))
        }
        let most = ranked.map(\.1).max() ?? 0
        guard most > 0 else { return .identity }
        return ranked.first { $0.1 == most }?.0 ?? .identity
    }

    private static func weights(in header: String) -> [String: Double] {
        var weights: [String: Double] = [:]
        for element in header.lowercased().split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            weights[name] = weight ?? 1
        }
        return weights
    }
}
