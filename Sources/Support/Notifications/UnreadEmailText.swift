/// The words of the mail, in the contact's language as far as we have it.
struct UnreadEmailText {
    let subject: String
    let body: String

    init(locale: String?, inbox: String, contact: String?, messages: [UnreadEmailRows.Unread]) {
        let isChinese = locale?.lowercased().hasPrefix("zh") == true
        let quoted = messages.map { "\($0.sender ?? inbox):\n\($0.content)" }.joined(separator: "\n\n")
        if isChinese {
            subject = "\(inbox) 有新消息"
            body = "\(contact.map { "\($0)，您好！" } ?? "您好！")\n\n您不在时收到了新消息：\n\n\(quoted)\n\n回到网站即可继续对话。\n"
        } else {
            subject = "New message from \(inbox)"
            body = """
                Hello\(contact.map { " \($0)" } ?? ""),

                while you were away you were sent:

                \(quoted)

                Come back to the website to go on with the chat.

                """
        }
    }
}
