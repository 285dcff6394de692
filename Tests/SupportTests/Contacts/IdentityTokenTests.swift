import Secrets
import Testing

@testable import Support

@Suite struct IdentityTokenTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)
    private let secret = "the inbox's"

    private func token(
        _ claims: String, header: String = #"{"alg":"HS256","typ":"JWT"}"#, secret: String? = nil
    ) -> String {
        let signed = Base64.urlSafe.encode(header.utf8) + "." + Base64.urlSafe.encode(claims.utf8)
        let signature = hmacSHA256(key: (secret ?? self.secret).utf8, signed.utf8)
        return signed + "." + Base64.urlSafe.encode(signature)
    }

    @Test func `a signed token names a person until it ends`() {
        let claims =
            #"{"sub":"user-7","exp":1800000060,"nbf":1799999990,"name":"Joe","email":"joe@example.com"}"#
        let identity = IdentityToken(token(claims), secret: secret, at: now)
        #expect(identity?.identifier == "user-7" && identity?.name == "Joe")
        #expect(identity?.email == "joe@example.com")
        #expect(IdentityToken(token(claims), secret: secret, at: now.adding(.seconds(60))) == nil)
        #expect(IdentityToken(token(claims), secret: secret, at: now.adding(.seconds(-60))) == nil)
    }

    @Test func `a token that libraries make is read`() {
        // jwt.encode({"sub": "user-7", "exp": 1900000000}, "secret", algorithm="HS256") of PyJWT's layout.
        let signed =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyLTciLCJleHAiOjE5MDAwMDAwMDB9"
        let signature = Base64.urlSafe.encode(hmacSHA256(key: "secret".utf8, signed.utf8))
        #expect(
            IdentityToken("\(signed).\(signature)", secret: "secret", at: now)?.identifier == "user-7")
    }

    @Test(arguments: [
        #"{"sub":"user-7"}"#, #"{"exp":1900000000}"#, #"{"sub":7,"exp":1900000000}"#, "[]", "",
    ])
    func `claims without a person or an end are refused`(claims: String) {
        #expect(IdentityToken(token(claims), secret: secret, at: now) == nil)
    }

    @Test func `nothing else is believed`() {
        let claims = #"{"sub":"user-7","exp":1900000000}"#
        let good = token(claims)
        let parts = good.split(separator: ".")
        let forged = [
            token(claims, secret: "another"), token(claims, header: #"{"alg":"none"}"#),
            token(claims, header: #"{"alg":"HS512"}"#), "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])",
            good + "=", good + ".", "", "...", String(repeating: "a", count: 10_000),
        ]
        for token in forged { #expect(IdentityToken(token, secret: secret, at: now) == nil, "\(token)") }
        #expect(IdentityToken(good, secret: secret, at: now) != nil)
    }
}
