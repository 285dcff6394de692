/// What follows from the name of a file.
enum FileRules {
    /// The media type; text is UTF-8.
    static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last?.lowercased() ?? "" {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "json", "map": "application/json; charset=utf-8"
        case "webmanifest": "application/manifest+json; charset=utf-8"
        case "txt": "text/plain; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "gif": "image/gif"
        case "webp": "image/webp"
        case "avif": "image/avif"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "wasm": "application/wasm"
        case "mp3": "audio/mpeg"
        default: "application/octet-stream"
        }
    }

    /// How long a browser may keep it: for ever where the name changes with the content; a few minutes for
    /// the widget's loader, which a million pages name; else it has to ask every time.
    static func cacheControl(of name: String) -> String {
        if hasContentHash(name) { return "public, max-age=31536000, immutable" }
        if name == "w.js" { return "public, max-age=300, stale-while-revalidate=86400" }
        return "no-cache"
    }

    /// Whether a part between two dots is a hash: eight or more hexadecimal digits, as in `app.3e25cb39.js`.
    private static func hasContentHash(_ name: String) -> Bool {
        name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().dropLast().contains { part in
            part.count >= 8 && part.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        }
    }
}
