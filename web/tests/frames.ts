// Written by Tests/Scenario/test_frames.py: what a gateway really says. `satisfies` minds every member.
import type {
  AdminChat,
  AdminEvent,
  ChatCounts,
  ChatEvent,
  ChatRowPage,
  Colleague,
  Duty,
  MessagePage,
  StaffLogin,
  SupportChat,
  WidgetSession,
} from "../core/protocol.ts";

export const session = {
  "chat_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "contact": {
    "email": "grace@example.org",
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Grace"
  },
  "settings": {
    "color": "#1f6feb",
    "greeting": "Hello! How can we help?",
    "inbox_name": "Acme website",
    "locale": null,
    "open": true,
    "opens_at": null,
    "pre_chat": null
  },
  "token": "token"
} satisfies WidgetSession;

export const login = {
  "accounts": [
    {
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "name": "Acme"
    }
  ],
  "agent": {
    "email": "ann@example.com",
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Ann",
    "role": "agent"
  },
  "token": "token"
} satisfies StaffLogin;

export const staffState = {
  "position": {
    "epoch": "epoch",
    "offset": 0
  },
  "type": "staff_state"
} satisfies AdminEvent;

export const everybody = {
  "agents": [],
  "chats": [],
  "type": "presence",
  "version": 1,
  "viewing": []
} satisfies AdminEvent;

export const agentPresence = {
  "agent": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Ann"
  },
  "online": true,
  "type": "agent_presence",
  "version": 1
} satisfies AdminEvent;

export const firstState = {
  "conversation": null,
  "marks": {
    "admin": {
      "delivered": 0,
      "delivered_at": null,
      "read": 0,
      "read_at": null
    },
    "user": {
      "delivered": 0,
      "delivered_at": null,
      "read": 0,
      "read_at": null
    }
  },
  "persisted_up_to": 0,
  "position": {
    "epoch": "epoch",
    "offset": 0
  },
  "type": "chat_state"
} satisfies ChatEvent;

export const presence = {
  "staff": {
    "online": true
  },
  "type": "presence",
  "user": {
    "online": true
  },
  "version": 1
} satisfies ChatEvent;

export const contactPresence = {
  "chat_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "online": true,
  "type": "presence",
  "version": 1
} satisfies AdminEvent;

export const availability = {
  "agent": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Ann"
  },
  "availability": "away",
  "capacity": 500,
  "load": 0,
  "online": true,
  "type": "agent_presence",
  "version": 1
} satisfies AdminEvent;

export const duty = {
  "availability": "away",
  "capacity": 5,
  "load": 0,
  "offers": []
} satisfies Duty;

export const messageAck = {
  "client_id": "c1",
  "message": {
    "client_id": "c1",
    "content": "Hello",
    "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "created_at": "2026-01-01T00:00:00.000Z",
    "delivered_at": null,
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "read_at": null,
    "sender_name": null,
    "sender_type": "user",
    "sent_at": "2026-01-01T00:00:00.000Z",
    "seq": 1,
    "status": "sent"
  },
  "type": "message_ack"
} satisfies ChatEvent;

export const newMessage = {
  "message": {
    "client_id": "c1",
    "content": "Hello",
    "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "created_at": "2026-01-01T00:00:00.000Z",
    "delivered_at": null,
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "read_at": null,
    "sender_name": null,
    "sender_type": "user",
    "sent_at": "2026-01-01T00:00:00.000Z",
    "seq": 1,
    "status": "sent"
  },
  "type": "new_message"
} satisfies ChatEvent;

export const waiting = {
  "conversation": {
    "assignee": null,
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "position": 1,
    "status": "waiting"
  },
  "type": "conversation"
} satisfies ChatEvent;

export const persisted = {
  "type": "persisted",
  "up_to_seq": 1
} satisfies ChatEvent;

export const newUserMessage = {
  "chat": {
    "archived": false,
    "contact_name": "Grace",
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "last_message_at": "2026-01-01T00:00:00.000Z",
    "last_message_preview": "Hello",
    "last_message_sender": "user",
    "message_count": 1,
    "status": "waiting",
    "user_email": "grace@example.org"
  },
  "chat_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "contact_name": "Grace",
  "message": {
    "client_id": "c1",
    "content": "Hello",
    "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "created_at": "2026-01-01T00:00:00.000Z",
    "delivered_at": null,
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "read_at": null,
    "sender_name": null,
    "sender_type": "user",
    "sent_at": "2026-01-01T00:00:00.000Z",
    "seq": 1,
    "status": "sent"
  },
  "type": "new_user_message",
  "user_email": "grace@example.org"
} satisfies AdminEvent;

export const queue = {
  "first_since": "2026-01-01T00:00:00.000Z",
  "line": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "type": "queue",
  "waiting": 1
} satisfies AdminEvent;

export const error = {
  "client_id": "c2",
  "code": "invalid",
  "field": "content",
  "message": "The message is empty.",
  "type": "error"
} satisfies ChatEvent;

export const list = {
  "chats": [
    {
      "archived": false,
      "assignee": null,
      "contact": {
        "email": "grace@example.org",
        "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
        "name": "Grace"
      },
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "inbox": {
        "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
        "name": "Acme website"
      },
      "last_message_at": "2026-01-01T00:00:00.000Z",
      "last_message_preview": "Hello",
      "last_message_sender": "user",
      "message_count": 1,
      "status": "waiting",
      "unread": true,
      "unread_count": 1,
      "user_email": "grace@example.org"
    }
  ],
  "next": null
} satisfies ChatRowPage;

export const counts = {
  "all": 1,
  "mine": 0,
  "unassigned": 1
} satisfies ChatCounts;

export const viewing = {
  "agents": [
    {
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "name": "Ann"
    }
  ],
  "chat_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "type": "viewing",
  "version": 1
} satisfies AdminEvent;

export const typing = {
  "agent": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Ann"
  },
  "by": "admin",
  "expires_in": 6,
  "on": true,
  "type": "typing"
} satisfies ChatEvent;

export const delivered = {
  "at": "2026-01-01T00:00:00.000Z",
  "by": "admin",
  "status": "delivered",
  "type": "message_status",
  "up_to_seq": 1
} satisfies ChatEvent;

export const read = {
  "at": "2026-01-01T00:00:00.000Z",
  "by": "admin",
  "status": "read",
  "type": "message_status",
  "up_to_seq": 1
} satisfies ChatEvent;

export const readByAgent = {
  "agent_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "chat": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "read_up_to": 1,
    "unread": false
  },
  "type": "chat_updated",
  "unread_count": 0
} satisfies AdminEvent;

export const fromAgent = {
  "message": {
    "client_id": "a1",
    "content": "Hello, Grace",
    "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "created_at": "2026-01-01T00:00:00.000Z",
    "delivered_at": null,
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "read_at": null,
    "sender_name": "Ann",
    "sender_type": "admin",
    "sent_at": "2026-01-01T00:00:00.000Z",
    "seq": 2,
    "status": "sent"
  },
  "type": "new_message"
} satisfies ChatEvent;

export const active = {
  "conversation": {
    "assignee": {
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "name": "Ann"
    },
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "position": null,
    "status": "active"
  },
  "type": "conversation"
} satisfies ChatEvent;

export const chat = {
  "archived": false,
  "conversation": {
    "assignee": {
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "name": "Ann"
    },
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "position": null,
    "status": "active"
  },
  "has_more": false,
  "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "messages": [
    {
      "client_id": "c1",
      "content": "Hello",
      "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "created_at": "2026-01-01T00:00:00.000Z",
      "delivered_at": "2026-01-01T00:00:00.000Z",
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "read_at": "2026-01-01T00:00:00.000Z",
      "sender_name": null,
      "sender_type": "user",
      "sent_at": "2026-01-01T00:00:00.000Z",
      "seq": 1,
      "status": "read"
    },
    {
      "client_id": "a1",
      "content": "Hello, Grace",
      "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "created_at": "2026-01-01T00:00:00.000Z",
      "delivered_at": null,
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "read_at": null,
      "sender_name": "Ann",
      "sender_type": "admin",
      "sent_at": "2026-01-01T00:00:00.000Z",
      "seq": 2,
      "status": "sent"
    }
  ],
  "persisted_up_to": 2,
  "position": {
    "epoch": "epoch",
    "offset": 2
  },
  "unread": 1
} satisfies SupportChat;

export const page = {
  "conversation": {
    "assignee": {
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "name": "Ann"
    },
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "position": null,
    "status": "active"
  },
  "has_more": false,
  "messages": [
    {
      "client_id": "a1",
      "content": "Hello, Grace",
      "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "created_at": "2026-01-01T00:00:00.000Z",
      "delivered_at": null,
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "read_at": null,
      "sender_name": "Ann",
      "sender_type": "admin",
      "sent_at": "2026-01-01T00:00:00.000Z",
      "seq": 2,
      "status": "sent"
    }
  ],
  "persisted_up_to": 2,
  "position": {
    "epoch": "epoch",
    "offset": 2
  }
} satisfies MessagePage;

export const chatOfStaff = {
  "archived": false,
  "assignee": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Ann"
  },
  "contact": {
    "email": "grace@example.org",
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Grace"
  },
  "conversation": {
    "assignee": {
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "name": "Ann"
    },
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "position": null,
    "status": "active"
  },
  "ending": null,
  "has_more": false,
  "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "inbox": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Acme website"
  },
  "last_message_at": "2026-01-01T00:00:00.000Z",
  "last_message_preview": "Hello, Grace",
  "last_message_sender": "admin",
  "message_count": 2,
  "messages": [
    {
      "client_id": "c1",
      "content": "Hello",
      "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "created_at": "2026-01-01T00:00:00.000Z",
      "delivered_at": "2026-01-01T00:00:00.000Z",
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "read_at": "2026-01-01T00:00:00.000Z",
      "sender_name": null,
      "sender_type": "user",
      "sent_at": "2026-01-01T00:00:00.000Z",
      "seq": 1,
      "status": "read"
    },
    {
      "client_id": "a1",
      "content": "Hello, Grace",
      "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "created_at": "2026-01-01T00:00:00.000Z",
      "delivered_at": null,
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "read_at": null,
      "sender_name": "Ann",
      "sender_type": "admin",
      "sent_at": "2026-01-01T00:00:00.000Z",
      "seq": 2,
      "status": "sent"
    }
  ],
  "persisted_up_to": 2,
  "position": {
    "epoch": "epoch",
    "offset": 2
  },
  "status": "active",
  "unread": false,
  "unread_count": 0,
  "user_email": "grace@example.org"
} satisfies AdminChat;

export const ticket = {
  "ticket": "ticket"
} satisfies { ticket: string };

export const ended = {
  "conversation": {
    "assignee": null,
    "ended_at": "2026-01-01T00:00:00.000Z",
    "ended_reason": "service_ended",
    "ended_type": "agent",
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "position": null,
    "rating": null,
    "status": "ended"
  },
  "type": "conversation"
} satisfies ChatEvent;

export const endedForStaff = {
  "chat": {
    "assignee": null,
    "ended_at": "2026-01-01T00:00:00.000Z",
    "ended_comment": "All done",
    "ended_reason": "service_ended",
    "ended_type": "agent",
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "status": "ended"
  },
  "type": "chat_updated"
} satisfies AdminEvent;

export const rated = {
  "conversation": {
    "assignee": null,
    "ended_at": "2026-01-01T00:00:00.000Z",
    "ended_reason": "service_ended",
    "ended_type": "agent",
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "position": null,
    "rating": 5,
    "status": "ended"
  },
  "type": "conversation"
} satisfies ChatEvent;

export const ratedForStaff = {
  "chat": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "rating": {
      "comment": "Kind",
      "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "score": 5
    }
  },
  "type": "chat_updated"
} satisfies AdminEvent;

export const chatEnded = {
  "archived": false,
  "assignee": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Ann"
  },
  "contact": {
    "email": "grace@example.org",
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Grace"
  },
  "conversation": {
    "assignee": null,
    "ended_at": "2026-01-01T00:00:00.000Z",
    "ended_reason": "service_ended",
    "ended_type": "agent",
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "position": null,
    "rating": 5,
    "status": "ended"
  },
  "ending": {
    "at": "2026-01-01T00:00:00.000Z",
    "by": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "comment": "All done",
    "rating": 5,
    "rating_comment": "Kind",
    "reason": "service_ended",
    "type": "agent"
  },
  "has_more": false,
  "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "inbox": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Acme website"
  },
  "last_message_at": "2026-01-01T00:00:00.000Z",
  "last_message_preview": "Hello, Grace",
  "last_message_sender": "admin",
  "message_count": 2,
  "messages": [
    {
      "client_id": "c1",
      "content": "Hello",
      "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "created_at": "2026-01-01T00:00:00.000Z",
      "delivered_at": "2026-01-01T00:00:00.000Z",
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "read_at": "2026-01-01T00:00:00.000Z",
      "sender_name": null,
      "sender_type": "user",
      "sent_at": "2026-01-01T00:00:00.000Z",
      "seq": 1,
      "status": "read"
    },
    {
      "client_id": "a1",
      "content": "Hello, Grace",
      "conversation_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "created_at": "2026-01-01T00:00:00.000Z",
      "delivered_at": "2026-01-01T00:00:00.000Z",
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "read_at": "2026-01-01T00:00:00.000Z",
      "sender_name": "Ann",
      "sender_type": "admin",
      "sent_at": "2026-01-01T00:00:00.000Z",
      "seq": 2,
      "status": "read"
    }
  ],
  "persisted_up_to": 2,
  "position": {
    "epoch": "epoch",
    "offset": 2
  },
  "status": "ended",
  "unread": false,
  "unread_count": 0,
  "user_email": "grace@example.org"
} satisfies AdminChat;

export const offer = {
  "cause": "offered",
  "chat": {
    "assignee": null,
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "offer": {
      "agent_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "until": "2026-01-01T00:00:00.000Z"
    },
    "priority": 1,
    "status": "waiting",
    "team_id": null
  },
  "type": "chat_updated"
} satisfies AdminEvent;

export const dutyOffered = {
  "availability": "online",
  "capacity": 5,
  "load": 1,
  "offers": [
    {
      "chat_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "in_s": 60,
      "until": "2026-01-01T00:00:00.000Z"
    }
  ]
} satisfies Duty;

export const accepted = {
  "cause": "accepted",
  "chat": {
    "assignee": {
      "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
      "name": "Ann"
    },
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "offer": null,
    "priority": 1,
    "status": "active",
    "team_id": null
  },
  "type": "chat_updated"
} satisfies AdminEvent;

export const colleague = {
  "availability": "online",
  "capacity": 5,
  "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "load": 1,
  "name": "Ann",
  "online": true,
  "role": "agent",
  "skills": []
} satisfies Colleague;

export const privateTyping = {
  "agent": {
    "id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
    "name": "Bob"
  },
  "by": "admin",
  "chat_id": "01a1fdd4-e034-7b9e-bb27-774a054623f3",
  "expires_in": 6,
  "on": true,
  "private": true,
  "type": "typing"
} satisfies AdminEvent;
