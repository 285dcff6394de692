import NIOCore

extension ByteBuffer {
    /// Moves `count` bytes from the front of `source` to the end of this buffer, undoing the mask
    /// (RFC 6455 section 5.3). `phase` counts the bytes of the frame that went before.
    mutating func writeUnmasked(_ source: inout ByteBuffer, count: Int, key: UInt32, phase: Int) {
        precondition(count <= source.readableBytes)
        let shift = UInt32(phase & 3) * 8
        let turned = key >> shift | key &<< ((32 - shift) & 31)
        let wide = (UInt64(turned) << 32 | UInt64(turned)).littleEndian

        source.readWithUnsafeReadableBytes { from in
            writeWithUnsafeMutableBytes(minimumWritableBytes: count) { to in
                var index = 0
                while index + 8 <= count {
                    let eight = from.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    to.storeBytes(of: eight ^ wide, toByteOffset: index, as: UInt64.self)
                    index += 8
                }
                while index < count {
                    to[index] = from[index] ^ UInt8(truncatingIfNeeded: turned >> (UInt32(index & 3) * 8))
                    index += 1
                }
                return count
            }
        }
    }
}
