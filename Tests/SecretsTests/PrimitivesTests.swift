import Testing

@testable import Secrets

struct PrimitivesTests {
    @Test func `SHA-256 of FIPS 180-4`() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(Digest.sha256Hex("") == empty)
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Digest.sha256Hex("abc") == abc)
        #expect(Digest.sha256("abc".utf8) == hex(abc))
    }

    @Test(arguments: [
        (  // RFC 4231, test case 1
            String(repeating: "0b", count: 20), "4869205468657265",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (  // 2: a short key
            "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (  // 6: a key longer than a block
            String(repeating: "aa", count: 131),
            "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `HMAC-SHA256 of RFC 4231`(key: String, message: String, expected: String) {
        #expect(hmacSHA256(key: hex(key), hex(message)) == hex(expected))
    }

    @Test(arguments: [
        (  // RFC 5869, A.1
            String(repeating: "0b", count: 22), "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        ),
        (  // A.3: no salt, no info
            String(repeating: "0b", count: 22), "", "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        ),
    ])
    func `HKDF of RFC 5869`(secret: String, salt: String, info: String, expected: String) {
        let key = HKDF.derive(from: hex(secret), salt: hex(salt), info: hex(info), count: 42)
        #expect(key.withBytes { Array($0) } == hex(expected))
    }

    @Test func `AES-256-GCM of the GCM specification, test case 16`() throws {
        let key = SecretKey(hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
        let nonce = hex("cafebabefacedbaddecaf888")
        let plain = hex(
            """
            d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
            1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
            """)
        let associated = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let sealed = try AESGCM.seal(plain, key: key, nonce: nonce, associated: associated)
        #expect(
            sealed
                == hex(
                    """
                    522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
                    8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
                    76fc6ece0f4e1768cddf8853bb2d551b
                    """))
        #expect(try AESGCM.open(sealed, key: key, nonce: nonce, associated: associated) == plain)
    }

    @Test func `AES-256-GCM of nothing at all`() throws {
        let key = SecretKey([UInt8](repeating: 0, count: 32))
        let sealed = try AESGCM.seal([], key: key, nonce: [UInt8](repeating: 0, count: 12), associated: [])
        #expect(sealed == hex("530f8afbc74536b9a963b4f1c4cb738b"))
    }

    @Test(arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func `base64 of RFC 4648 without padding`(plain: String, text: String) {
        #expect(Base64.standard.encode(plain.utf8) == text)
        #expect(Base64.standard.decode(text) == Array(plain.utf8))
    }

    @Test func `base64 returns every byte and keeps the alphabets apart`() {
        let bytes = (0..<1000).map { _ in UInt8.random(in: 0...255) }
        #expect(Base64.urlSafe.decode(Base64.urlSafe.encode(bytes)) == bytes)
        #expect(Base64.urlSafe.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64.standard.encode([0xFB, 0xFF]) == "+/8")
        #expect(Base64.urlSafe.decode("+/8") == nil)
    }

    @Test(arguments: ["Z", "Zh", "Zg==", "Zm9", "Zm 8", "Zmé", "Zg\n"])
    func `base64 has one spelling`(text: String) {
        #expect(Base64.urlSafe.decode(text) == nil)
    }

    @Test func `comparison is of everything`() {
        #expect(constantTimeEquals("", ""))
        #expect(constantTimeEquals("secret", "secret"))
        #expect(!constantTimeEquals("secret", "secreT"))
        #expect(!constantTimeEquals("secret", "secret "))
        #expect(!constantTimeEquals([0], []))
    }

    @Test func `random tokens are as long as asked and never the same`() {
        #expect(RandomToken.make().count == 43)
        #expect(RandomToken.make(bytes: 16).count == 22)
        #expect(Set((0..<1000).map { _ in RandomToken.make() }).count == 1000)
        #expect(Base64.urlSafe.decode(RandomToken.make())?.count == 32)
    }
}
