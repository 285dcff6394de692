enum RealtimeRoom {}
