"""What bad input must leave behind: nothing, and a chat that works."""

from people import Visitor

# The most characters that a message may have (limits.message_characters).
LONGEST = 150_000


def assert_nothing_written(cluster, visitor: Visitor) -> None:
    assert cluster.messages(visitor.chat_id) == []
    answer = visitor.api.get("/support_chat/messages?since=0")
    assert answer.status == 200 and answer.body["messages"] == []


def assert_still_works(cluster, visitor: Visitor) -> None:
    assert visitor.say("and yet it works")["seq"] == 1
    cluster.wait_persisted(1, [visitor.chat_id])
