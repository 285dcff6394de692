import NIOCore

/// The body of every refusal: `{"error":{"code","message"}}`.
enum ErrorBody {
    static func json(code: String, message: String) -> ByteBuffer {
        ByteBuffer(string: #"{"error":{"code":"\#(escape(code))","message":"\#(escape(message))"}}"#)
    }

    private static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
