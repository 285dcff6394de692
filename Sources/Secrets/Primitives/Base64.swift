/// Base64 without padding (RFC 4648), in the URL-safe alphabet or the standard one.
///
/// Decoding is strict: one text per value, so a token cannot be respelled and still be read.
package enum Base64: Sendable {
    case urlSafe
    case standard

    private var alphabet: [UInt8] {
        let common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return Array((common + (self == .urlSafe ? "-_" : "+/")).utf8)
    }

    package func encode(_ bytes: some Sequence<UInt8>) -> String {
        let alphabet = alphabet
        var text: [UInt8] = []
        var pending = 0
        var bits = 0
        for byte in bytes {
            pending = pending << 8 | Int(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[pending >> bits & 63])
            }
            pending &= 1 << bits - 1
        }
        if bits > 0 { text.append(alphabet[pending << (6 - bits)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` for a foreign character, padding, an impossible length, or bits left over that are not zero.
    package func decode(_ text: some StringProtocol) -> [UInt8]? {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        var bytes: [UInt8] = []
        var pending = 0
        var bits = 0
        for character in text.utf8 {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            pending = pending << 6 | Int(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(pending >> bits))
                pending &= 1 << bits - 1
            }
        }
        return bits < 6 && pending == 0 ? bytes : nil
    }
}
