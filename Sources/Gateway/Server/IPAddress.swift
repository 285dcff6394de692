import NIOCore

/// An IPv4 or IPv6 address as a number. An IPv4 address and its IPv4-mapped form (RFC 4291 section
/// 2.5.5.2) are the same.
struct IPAddress: Hashable {
    private static let mapped: UInt128 = 0xFFFF << 32

    let bits: UInt128
    let text: String

    var isIPv4: Bool { bits >> 32 == 0xFFFF }

    /// Takes numeric addresses only, in brackets or not, without a port.
    init?(_ text: some StringProtocol) {
        var text = String(text)
        if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        // Not an address, or one with a zone.
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        switch address {
        case .v4(let v4):
            self.bits = Self.mapped | UInt128(UInt32(bigEndian: v4.address.sin_addr.s_addr))
        case .v6(let v6):
            self.bits = withUnsafeBytes(of: v6.address.sin6_addr) { $0.reduce(0) { $0 << 8 | UInt128($1) } }
        case .unixDomainSocket:
            return nil
        }
        self.text = isMapped(bits) && text.contains(":") ? dotted(bits) : text
    }
}

private func isMapped(_ bits: UInt128) -> Bool {
    bits >> 32 == 0xFFFF
}

private func dotted(_ bits: UInt128) -> String {
    [24, 16, 8, 0].map { String(bits >> UInt128($0) & 0xFF) }.joined(separator: ".")
}
