import NIOCore

/// Writes the text exposition format, version 0.0.4.
struct PrometheusText {
    private(set) var bytes = ByteBuffer()

    mutating func family(_ name: String, type: String, help: String) {
        let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        bytes.writeString("# HELP \(name) \(help)\n# TYPE \(name) \(type)\n")
    }

    mutating func sample(_ name: String, _ labels: String, _ value: Double) {
        sample(name, labels, Self.number(value))
    }

    mutating func sample(_ name: String, _ labels: String, _ value: some BinaryInteger) {
        sample(name, labels, String(value))
    }

    private mutating func sample(_ name: String, _ labels: String, _ value: String) {
        bytes.writeString(labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n")
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { String($0) } ?? "\(value)"
    }
}
