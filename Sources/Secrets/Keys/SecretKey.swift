import COpenSSL

/// The bytes of a key, kept in one place and overwritten when the last user lets go.
///
/// `@unchecked Sendable` holds because the memory is written in `init` only and freed in `deinit`, when no
/// other reference is left.
package final class SecretKey: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer

    package init(_ bytes: some Collection<UInt8>) {
        memory = .allocate(byteCount: bytes.count, alignment: 1)
        memory.copyBytes(from: bytes)
    }

    deinit {
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }

    /// The key's bytes; not to be copied further than needed.
    package func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(memory)) }
    }
}
