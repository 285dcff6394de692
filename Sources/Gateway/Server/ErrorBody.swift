import NIOCore
import Realtime

/// The body of every refusal: `{"error":{"code","message"}}`.
enum ErrorBody {
    static func json(code: String, message: String) -> ByteBuffer {
        ByteBuffer(
            string: #"{"error":{"code":\#(JSONText.string(code)),"message":\#(JSONText.string(message))}}"#)
    }
}
