import Foundation
import Realtime

extension JSONText {
    /// The string that `string` wrote; nil for null, and for what it did not write.
    static func decoded(_ text: String) -> String? {
        // `try?`: what is not ours is not ours to show.
        (try? JSONDecoder().decode(String?.self, from: Data(text.utf8))) ?? nil
    }
}
