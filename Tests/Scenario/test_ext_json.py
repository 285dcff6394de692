"""AnyCable's extended dialect, frame by frame, as a foreign client hears it."""

import json
import time

import pytest

from cable import Cable, ConnectionClosed
from ext import EXTENDED
from people import Agent, Visitor


class Extended(Cable):
    def __init__(self, person, sid: str | None = None, token: bool = True):
        self.person = person
        query = "&".join([f"token={person.api.token}"] * token + ([f"sid={sid}"] if sid else []))
        super().__init__(person.api.base, protocol=EXTENDED, query=query)
        self.welcome = self.expect(lambda frame: frame.get("type") == "welcome")

    def ask(self, command: str, identifier: str, **more) -> None:
        self.send({"command": command, "identifier": identifier, **more})

    def until(self, kind: str, identifier: str) -> list[dict]:
        """Everything of a subscription up to a frame of this kind, in order."""
        frames = []
        while True:
            frame = self.expect(lambda frame: frame.get("identifier") == identifier)
            frames.append(frame)
            if frame.get("type") == kind:
                return frames


def channel(visitor) -> str:
    return json.dumps({"channel": "ChatChannel", "chat_id": visitor.chat_id})


def stream(visitor) -> str:
    return f"chat:{visitor.chat_id}"


def offsets(frames: list[dict]) -> list[int]:
    return [frame["offset"] for frame in frames if "offset" in frame]


@pytest.fixture
def talkative(visitor) -> Visitor:
    for number in range(1, 6):
        visitor.say(str(number))
    return visitor


def epoch(visitor) -> str:
    return visitor.api.get("/support_chat").body["position"]["epoch"]


def test_the_dialect_is_chosen_and_each_session_has_an_id(visitor):
    with Extended(visitor) as one, Extended(visitor) as other:
        assert one.socket.subprotocol == EXTENDED
        assert one.welcome["sid"] != other.welcome["sid"]
        assert "restored" not in one.welcome or one.welcome["restored"] is False
        one.send({"command": "ping"})
        one.expect(lambda frame: frame == {"type": "pong"})
        one.send({"command": "pong"})
        assert not [frame for frame in one.heard(0.5) if frame.get("type") == "error"]


def test_subscribing_again_and_again_is_confirmed_once(talkative):
    name = channel(talkative)
    with Extended(talkative) as cable:
        for _ in range(5):
            cable.ask("subscribe", name)
        heard = cable.heard(1.5)
        cable.ask("subscribe", name)
        heard += cable.heard(0.5)
    kinds = [frame.get("type") or frame["message"]["type"] for frame in heard]
    others = {"persisted", "presence"}
    assert [kind for kind in kinds if kind not in others] == ["confirm_subscription", "chat_state"]


@pytest.mark.parametrize("after", [0, 2, 5])
def test_history_after_an_offset_comes_in_order_between_state_and_confirmation(talkative, after):
    name = channel(talkative)
    with Extended(talkative) as cable:
        position = {"offset": after, "epoch": epoch(talkative)}
        cable.ask("subscribe", name, history={"since": 0, "streams": {stream(talkative): position}})
        frames = cable.until("confirm_history", name)
        assert frames[0]["type"] == "confirm_subscription"
        assert frames[1]["message"]["type"] == "chat_state"
        assert frames[1]["message"]["position"] == {"epoch": position["epoch"], "offset": 5}
        assert offsets(frames) == list(range(after + 1, 6))
        assert all(frame["stream_id"] == stream(talkative) and frame["epoch"] == position["epoch"]
                   for frame in frames[2:-1])
        talkative.say("live")
        live = cable.expect(lambda frame: "offset" in frame)
        assert live["offset"] == 6 and live["message"]["message"]["content"] == "live"


def test_history_can_be_asked_for_later_and_again(talkative):
    name = channel(talkative)
    with Extended(talkative) as cable:
        cable.ask("subscribe", name)
        cable.expect(lambda frame: frame.get("type") == "confirm_subscription")
        for after in (3, 0):
            position = {"offset": after, "epoch": epoch(talkative)}
            cable.ask("history", name, history={"streams": {stream(talkative): position}})
            assert offsets(cable.until("confirm_history", name)) == list(range(after + 1, 6))


def test_history_since_a_moment(visitor):
    visitor.say("long ago")
    time.sleep(2.1)
    moment = int(time.time())
    visitor.say("just now")
    name = channel(visitor)
    with Extended(visitor) as cable:
        cable.ask("subscribe", name, history={"since": moment})
        assert offsets(cable.until("confirm_history", name)) == [2]


def test_another_epoch_is_refused_and_the_subscription_goes_on(talkative):
    name = channel(talkative)
    with Extended(talkative) as cable:
        cable.ask("subscribe", name,
                  history={"streams": {stream(talkative): {"offset": 2, "epoch": "another"}}})
        frames = cable.until("reject_history", name)
        assert offsets(frames) == []
        talkative.say("live")
        assert cable.expect(lambda frame: "offset" in frame)["offset"] == 6


def test_a_cut_socket_is_restored_by_its_session_once(talkative):
    name = channel(talkative)
    with Extended(talkative) as cable:
        cable.ask("subscribe", name)
        cable.expect(lambda frame: frame.get("type") == "confirm_subscription")
        sid = cable.welcome["sid"]
        cable.socket.socket.shutdown(2)
    talkative.say("meanwhile")
    with Extended(talkative, sid=sid, token=False) as cable:
        assert cable.welcome["restored"] is True and cable.welcome["restored_ids"] == [name]
        assert cable.welcome["sid"] != sid
        position = {"offset": 5, "epoch": epoch(talkative)}
        cable.ask("history", name, history={"streams": {stream(talkative): position}})
        frames = cable.until("confirm_history", name)
        assert offsets(frames) == [6]
        assert "confirm_subscription" not in [frame.get("type") for frame in frames]
        talkative.say("live")
        assert cable.expect(lambda frame: "offset" in frame)["offset"] == 7
    with Extended(talkative, sid=sid) as again:
        assert not again.welcome.get("restored")


@pytest.mark.parametrize("sid", ["", "x", "../../etc", "a" * 500])
def test_an_unknown_session_restores_nothing_and_lets_nobody_in(talkative, sid):
    with Extended(talkative, sid=sid or None) as cable:
        assert not cable.welcome.get("restored")
    with pytest.raises((TimeoutError, ConnectionClosed)):
        Extended(talkative, sid=sid or None, token=False)


def test_a_session_of_staff_needs_their_token_again(cluster, talkative):
    agent = Agent(cluster.api(1), cluster.hire())
    with Extended(agent) as cable:
        cable.ask("subscribe", channel(talkative))
        cable.expect(lambda frame: frame.get("type") == "confirm_subscription")
        sid = cable.welcome["sid"]
        cable.socket.socket.shutdown(2)
    with pytest.raises((TimeoutError, ConnectionClosed)):
        Extended(agent, sid=sid, token=False)


def test_the_staff_stream_has_positions_and_history(cluster, talkative):
    agent = Agent(cluster.api(1), cluster.hire())
    name = json.dumps({"channel": "AdminNotificationChannel"})
    with Extended(agent) as cable:
        cable.ask("subscribe", name)
        cable.expect(lambda frame: frame.get("type") == "confirm_subscription")
        state = cable.expect(lambda frame: (frame.get("message") or {}).get("type") == "staff_state")
        position = state["message"]["position"]
    talkative.say("for the list")
    with Extended(agent) as cable:
        cable.ask("subscribe", name, history={"streams": {"staff": position}})
        frames = cable.until("confirm_history", name)
        # Other scenarios' chats speak on it, too.
        assert offsets(frames) == list(range(position["offset"] + 1, position["offset"] + 1 + len(offsets(frames))))
        assert talkative.chat_id in [frame["message"].get("chat_id") for frame in frames if "offset" in frame]


def test_the_plain_dialect_knows_nothing_of_all_that(talkative):
    with talkative.cable() as cable:
        assert cable.expect(lambda frame: frame.get("type") == "welcome") == {"type": "welcome"}
        chat = talkative.chat(cable)
        chat.expect("chat_state")
        talkative.say("live")
        frame = cable.expect(lambda frame: (frame.get("message") or {}).get("type") == "new_message")
        assert set(frame) == {"identifier", "message"}
        cable.send({"command": "history", "identifier": chat.identifier, "history": {"since": 0}})
        cable.expect(lambda frame: frame.get("type") == "error" and frame["code"] == "unknown_command")
