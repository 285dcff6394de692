/// Names as Prometheus takes them: letters, digits and `_`, not beginning with a digit.
enum PrometheusName {
    static func sanitized(_ label: String) -> String {
        var name = ""
        for byte in label.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            default: name += "_"
            }
        }
        return name.utf8.first.map { $0 < UInt8(ascii: "A") } ?? true ? "_" + name : name
    }

    /// With the ending that the unit or kind of a metric asks for, unless it is there.
    static func sanitized(_ label: String, ending: String) -> String {
        let name = sanitized(label)
        return name.hasSuffix(ending) ? name : name + ending
    }
}

/// The labels of one series, ready to be written: `method="GET",status="200"`.
struct PrometheusLabels: Hashable, Comparable {
    let text: String

    /// Of two dimensions with the same name the first counts.
    init(_ dimensions: [(String, String)]) {
        var seen: Set<String> = []
        let pairs = dimensions.compactMap { label, value -> (String, String)? in
            var name = PrometheusName.sanitized(label)
            // Histograms have it for themselves.
            if name == "le" { name = "exported_le" }
            return seen.insert(name).inserted ? (name, value) : nil
        }
        text = pairs.sorted { $0.0 < $1.0 }.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
    }

    static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
